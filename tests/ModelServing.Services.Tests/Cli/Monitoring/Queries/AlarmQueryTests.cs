using ModelServing.Cli.Monitoring.Queries;
using ModelServing.Contracts;
using ModelServing.Contracts.Monitoring;

namespace ModelServing.Services.Tests.Cli.Monitoring.Queries;

public class AlarmQueryTests
{
    [Fact]
    public void A_threshold_is_parsed_with_all_its_parts()
    {
        var query =
            Assert.IsType<AlarmQuery.Threshold>(
                AlarmQuery.Parse("""Failure[5m]{watched = "true", model = "fraud"}.groupBy(model, version).mean() >= 0.25"""));

        Assert.Equal(
            ("Failure", TimeSpan.FromMinutes(5), Comparison.AtLeast, 0.25),
            (query.Expression.Metric, query.Expression.Interval, query.Comparison, query.Value));
        Assert.Equal([new DimensionFilter("watched", "true"), new DimensionFilter("model", "fraud")], query.Expression.Filters);
        Assert.Equal(["model", "version"], query.Expression.GroupBy);
        Assert.Equal("mean", query.Expression.Statistic.Name);
    }

    [Fact]
    public void Streams_stay_separate_unless_they_are_grouped()
    {
        Assert.Null(Assert.IsType<AlarmQuery.Threshold>(AlarmQuery.Parse("M[1m].mean() > 1")).Expression.GroupBy);
        Assert.Empty(Assert.IsType<AlarmQuery.Threshold>(AlarmQuery.Parse("M[1m].grouping().mean() > -1.5")).Expression.GroupBy!);
    }

    [Theory]
    [InlineData("M[1m].absent()", 120)]
    [InlineData("M[1m].absent(10m)", 10)]
    [InlineData("M[10m].absent(1d)", 1440)]
    [InlineData("M[1m].groupBy(a).absent( 3d )", 4320)]
    public void Absence_has_its_own_duration_or_two_hours(string text, int minutes) =>
        Assert.Equal(TimeSpan.FromMinutes(minutes), Assert.IsType<AlarmQuery.Absence>(AlarmQuery.Parse(text)).Within);

    [Fact]
    public void And_joins_any_number_of_conditions()
    {
        var both = Assert.IsType<AlarmQuery.Both>(AlarmQuery.Parse("A[1m].sum() > 1 && B[1m].sum() > 1 && C[1m].absent()"));

        Assert.IsType<AlarmQuery.Both>(both.Left);
        Assert.IsType<AlarmQuery.Absence>(both.Right);
    }

    [Theory]
    [InlineData("", 1)]
    [InlineData("Failure", 8)]
    [InlineData("Failure[]", 9)]
    [InlineData("Failure[1m].mean()", 19)]
    [InlineData("Failure[1m].rate() > 1", 13)]
    [InlineData("Failure[1m]{}.mean() > 1", 13)]
    [InlineData("Failure[1m]{watched != \"true\"}.mean() > 1", 21)]
    [InlineData("Failure[1m].mean() > 1 &&", 26)]
    [InlineData("Failure[1m].mean() > 1 and more", 24)]
    [InlineData("(Failure[1m].mean() > 1).grouping().sum()", 1)]
    [InlineData("A[1m].sum() > 1 || B[1m].sum() > 1", 17)]
    [InlineData("Failure[1m]{model =~ \"fraud|churn\"}.mean() > 1", 20)]
    [InlineData("Failure[1m].percentile(0.9) > 1", 13)]
    [InlineData("Failure[1m].mean() == 1", 20)]
    [InlineData("Failure[1m].mean() != 1", 20)]
    [InlineData("Failure[1m].mean() <= 1", 21)]
    public void Syntax_that_is_not_evaluated_here_is_refused_at_its_column(string text, int column) =>
        Assert.StartsWith(
            $"the query '{text}' can't be read at column {column}: ",
            Assert.Throws<ContractException>(() => AlarmQuery.Parse(text)).Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData("Failure[2h].mean() > 1")]
    [InlineData("Failure[0m].mean() > 1")]
    [InlineData("Failure[1m].absent(4d)")]
    public void A_duration_out_of_bounds_is_refused(string text) => Assert.Throws<ContractException>(() => AlarmQuery.Parse(text));

    [Fact]
    public void The_query_of_every_alarm_about_models_is_parsed_and_keeps_its_text() => Assert.All(ModelAlarms.All, static alarm =>
        Assert.All(
            Expressions(AlarmQuery.Parse(alarm.Query)),
            expression => Assert.Contains(
                expression.Text[..expression.Text.IndexOf('(', StringComparison.Ordinal)],
                alarm.Query,
                StringComparison.Ordinal)));

    private static IEnumerable<MetricExpression> Expressions(AlarmQuery query) => query switch
    {
        AlarmQuery.Both both => Expressions(both.Left).Concat(Expressions(both.Right)),
        AlarmQuery.Threshold threshold => [threshold.Expression],
        AlarmQuery.Absence absence => [absence.Expression],
        _ => [],
    };
}
