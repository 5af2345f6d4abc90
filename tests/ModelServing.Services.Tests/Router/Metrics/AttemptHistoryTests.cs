using CsCheck;
using ModelServing.Contracts;
using ModelServing.Router.Metrics;

namespace ModelServing.Services.Tests.Router.Metrics;

public class AttemptHistoryTests
{
    private static readonly TimeSpan Noon = TimeSpan.FromHours(12);

    private static readonly Gen<AttemptHistory> SomeHistory = Gen.Select(
        Gen.Enum<AttemptKind>(), Gen.Nullable(Gen.Double[0, 10_000]), Gen.Double[0, 3600]).Array[1, 60].Select(static attempts =>
    {
        var recent = new RecentAttempts();
        foreach (var (kind, latency, ago) in attempts.OrderByDescending(static attempt => attempt.Item3))
            recent.Add(kind, latency is { } known ? TimeSpan.FromMilliseconds(known) : null, Noon - TimeSpan.FromSeconds(ago));
        return recent.Read(Noon)!;
    });

    private static readonly Gen<Dictionary<VariantRun, AttemptHistory>> SomeReport = Gen.Select(
        Gen.Select(Gen.String[Gen.Char['a', 'z'], 1, 40], Gen.Int[1, ModelVersion.MaxNumber], Gen.Int[1, 1_000_000]), SomeHistory)
        .Array[0, 4]
        .Select(static pairs => pairs
            .Select(static pair => (Run: pair.Item1, History: pair.Item2))
            .DistinctBy(static pair => pair.Run)
            .ToDictionary(
                static pair => new VariantRun(pair.Run.Item1, new ModelVersion(pair.Run.Item2), pair.Run.Item3),
                static pair => pair.History));

    [Fact]
    public void A_report_is_read_as_it_was_written() => SomeReport.Sample(static report =>
    {
        var read = TrafficFormat.Read(TrafficFormat.Write(report));
        Assert.Equal(report.Keys, read!.Keys);
        foreach (var (run, history) in report)
            Assert.Equivalent(history.ToFigures(), read[run].ToFigures(), strict: true);
    });

    [Fact]
    public void Damage_and_other_formats_are_not_read() => Gen.Select(SomeReport, Gen.Byte.Array[0, 40], Gen.Int[0, 10_000]).Sample(
        static (report, garbage, cut) =>
        {
            var bytes = TrafficFormat.Write(report);
            Assert.Null(TrafficFormat.Read(bytes.AsMemory(0, cut % bytes.Length)));
            Assert.Null(TrafficFormat.Read((byte[])[.. bytes, 0]));
            Assert.Null(TrafficFormat.Read((byte[])[2, .. bytes[1..]]));
            // Whatever it is, it throws nothing.
            _ = TrafficFormat.Read((byte[])[1, .. garbage]);
        });

    [Fact]
    public void The_sum_of_two_routers_is_what_one_would_have_counted() =>
        Gen.Select(SomeHistory, SomeHistory).Sample(AssertSum);

    [Fact]
    public void What_was_reported_some_time_ago_is_older()
    {
        var recent = new RecentAttempts();
        recent.Add(AttemptKind.Answered, TimeSpan.FromMilliseconds(1), Noon);
        var reported = recent.Read(Noon)!;
        foreach (var (age, minute, five, hour) in (ReadOnlySpan<(double, long, long, long)>)
            [(-0.5, 1, 1, 1), (0.9, 1, 1, 1), (1, 0, 1, 1), (4.9, 0, 1, 1), (5, 0, 0, 1), (59.9, 0, 0, 1), (60, 0, 0, 0), (6000, 0, 0, 0)])
        {
            var sum = new AttemptHistory();
            sum.Add(reported, TimeSpan.FromMinutes(age));
            Assert.Equal([minute, five, hour], sum.ToFigures().Periods.Select(static period => period.Requests));
            Assert.Equal(1, sum.Requests);
        }
    }

    private static void AssertSum(AttemptHistory one, AttemptHistory other)
    {
        var sum = new AttemptHistory();
        sum.Add(one, TimeSpan.Zero);
        sum.Add(other, TimeSpan.Zero);
        Assert.Equal(one.Requests + other.Requests, sum.Requests);
        var (ones, others, sums) = (one.ToFigures(), other.ToFigures(), sum.ToFigures());
        for (var i = 0; i < sums.Periods.Count; i++)
        {
            Assert.Equal(ones.Periods[i].Requests + others.Periods[i].Requests, sums.Periods[i].Requests);
            Assert.Equal(ones.Periods[i].Errors + others.Periods[i].Errors, sums.Periods[i].Errors);
            if (ones.Periods[i].P95Milliseconds is { } first && others.Periods[i].P95Milliseconds is { } second)
                Assert.InRange(sums.Periods[i].P95Milliseconds!.Value, Math.Min(first, second), Math.Max(first, second));
        }
    }
}
