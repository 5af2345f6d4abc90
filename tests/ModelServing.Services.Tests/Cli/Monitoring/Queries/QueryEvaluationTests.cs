using ModelServing.Cli.Monitoring;
using ModelServing.Cli.Monitoring.Queries;
using ModelServing.Contracts.Monitoring;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Cli.Monitoring.Queries;

public class QueryEvaluationTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly DateTimeOffset End = new(2026, 11, 27, 12, 0, 0, TimeSpan.Zero);

    private readonly DatapointStore datapoints = new(Minute, new SetTime { Now = End });

    [Fact]
    public void A_count_is_a_weight()
    {
        Post("Failure", "2", -30, 1, count: 3);
        Post("Failure", "2", -29, 0, count: 97);

        Assert.Equal(0.03, Value("Failure[1m].mean() > 0"), 1e-12);
        Assert.Equal(100, Value("Failure[1m].count() > 0"));
        Assert.Equal(3, Value("Failure[1m].sum() > 0"));
        Assert.Equal(1, Value("Failure[1m].max() > 0"));
    }

    [Fact]
    public void Only_the_interval_before_the_end_counts()
    {
        Post("M", "1", -61, 1);
        Post("M", "1", -60, 2);
        Post("M", "1", 0, 4);

        Assert.Equal(2, Value("M[1m].sum() > 0"));
        Assert.Equal(3, Value("M[2m].sum() > 0"));
        Assert.Equal(
            4,
            new QueryEvaluation(datapoints, Minute).At(End + Minute, "ns", AlarmQuery.Parse("M[1m].sum() > 0"))
                .Single().Value.Values.Values.Single());
    }

    [Fact]
    public void A_shorter_minute_makes_every_interval_shorter()
    {
        var two = TimeSpan.FromSeconds(2);
        var quick = new DatapointStore(two, new SetTime { Now = End });
        quick.Add(new MetricPost([Data("M", "1", -5, 1, 1), Data("M", "1", -1, 2, 1)]));

        Assert.Equal(
            2,
            new QueryEvaluation(quick, two).At(End, "ns", AlarmQuery.Parse("M[1m].sum() > 0")).Single().Value.Values.Values.Single());
        Assert.Equal(
            3,
            new QueryEvaluation(quick, two).At(End, "ns", AlarmQuery.Parse("M[3m].sum() > 0")).Single().Value.Values.Values.Single());
    }

    [Fact]
    public void Filters_and_groups_pick_streams()
    {
        Post("M", "1", -10, 1);
        Post("M", "2", -10, 2);

        Assert.Equal([("1", true), ("2", true)], Holding("M[1m].mean() > 0"));
        Assert.Equal([("2", true)], Holding("M[1m]{version = \"2\"}.groupBy(version).mean() > 0"));
        Assert.Equal(3, Value("M[1m].grouping().sum() > 0"));
        Assert.Empty(Holding("M[1m]{other = \"2\"}.mean() > 0"));
    }

    [Fact]
    public void Both_sides_of_and_must_hold_for_the_same_stream()
    {
        Post("Rate", "1", -10, 0.5);
        Post("Rate", "2", -10, 0.5);
        Post("Volume", "1", -10, 10);
        Post("Volume", "2", -10, 1000);

        Assert.Equal(
            [("1", false), ("2", true)],
            Holding("Rate[1m].groupBy(version).mean() > 0.1 && Volume[1m].groupBy(version).sum() > 100"));
        Assert.Empty(Holding("Rate[1m].groupBy(version).mean() > 0.1 && Nothing[1m].groupBy(version).sum() > 100"));
    }

    [Fact]
    public void Absence_holds_for_a_known_stream_until_it_is_forgotten()
    {
        Post("M", "1", -30, 1);
        var query = AlarmQuery.Parse("M[1m].absent(10m)");
        bool? At(int minutes) =>
            new QueryEvaluation(datapoints, Minute).At(End + (minutes * Minute), "ns", query)
                .Select(static pair => (bool?)pair.Value.Holds)
                .SingleOrDefault();

        Assert.Equal([false, true, true, null], new[] { At(0), At(1), At(9), At(10) });
        Assert.Null(At(-1));
    }

    [Theory]
    [InlineData("> 2", false)]
    [InlineData("> 1.5", true)]
    [InlineData(">= 2", true)]
    [InlineData(">= 2.5", false)]
    [InlineData("< 2", false)]
    [InlineData("< 2.5", true)]
    public void A_value_is_compared_with_the_threshold(string comparison, bool holds)
    {
        Post("M", "1", -30, 2);
        Assert.Equal([("1", holds)], Holding($"M[1m].max() {comparison}"));
    }

    [Theory]
    [InlineData(-7201, 1, "past")]
    [InlineData(601, 1, "ahead")]
    [InlineData(0, 0, "count")]
    public void Datapoints_that_Monitoring_refuses_are_refused(int seconds, int count, string why) =>
        Assert.Contains(
            why,
            Assert.Single(datapoints.Add(new MetricPost([Data("M", "1", seconds, 1, count)]))).Why,
            StringComparison.Ordinal);

    private void Post(string metric, string version, int seconds, double value, int count = 1) =>
        Assert.Empty(datapoints.Add(new MetricPost([Data(metric, version, seconds, value, count)])));

    private static MetricData Data(string metric, string version, int seconds, double value, int count) => new()
    {
        Namespace = "ns",
        Name = metric,
        Dimensions = new Dictionary<string, string> { ["version"] = version },
        Datapoints = [new MetricDatapoint(End + TimeSpan.FromSeconds(seconds), value, count)],
    };

    private IReadOnlyDictionary<Dimensions, StreamFinding> Evaluate(string query) =>
        new QueryEvaluation(datapoints, Minute).At(End, "ns", AlarmQuery.Parse(query));

    private double Value(string query) => Evaluate(query).Single().Value.Values.Values.Single();

    private IEnumerable<(string Version, bool Holds)> Holding(string query) =>
        Evaluate(query).Select(static pair => (pair.Key["version"]!, pair.Value.Holds)).OrderBy(static pair => pair.Item1);
}
