using ModelServing.Contracts.Experiments;
using ModelServing.Contracts.Predictions;
using ModelServing.Jobs;
using ModelServing.Rollout.Experiments;
using ModelServing.Services.Tests.Predictions;

namespace ModelServing.Services.Tests.Jobs.Experiments;

/// <summary>What DuckDB groups is what follows from each request.</summary>
public class ExperimentAnalysisTests
{
    private static readonly ExperimentDocument All = SomeExperiment.Document(
        SomeExperiment.Hits, SomeExperiment.Cost, SomeExperiment.Value, SomeExperiment.Order, SomeExperiment.Failures,
        SomeExperiment.Latency);

    [Theory]
    [InlineData(1, 150, 1)]
    [InlineData(2, 400, 1)]
    [InlineData(3, 2500, 1)]
    [InlineData(4, 400, 7)]
    [InlineData(5, 2500, 40)]
    public async Task Sums_and_counts_are_those_of_each_unit_one_by_one(int seed, int units, int parts)
    {
        var log = new RandomLog(seed, 2000, units);
        var report = await SomeExperiment.AnalyseAsync(log.Store, All, RandomLog.Until, parts: parts);
        foreach (var comparison in report.Comparisons.Where(static one => !one.Metric.StartsWith("order", StringComparison.Ordinal)))
        {
            Same(log.Estimate(SomeExperiment.Arm, comparison.Metric), comparison.Result.Arm, comparison.Metric);
            Same(log.Estimate("stable", comparison.Metric), comparison.Result.Stable, comparison.Metric);
        }

        var area = report.Comparisons.Single(static one => one.Metric == "order AUC").Result;
        Assert.Equal(log.Area(SomeExperiment.Arm), area.Arm!.Value.Value, 1e-9);
        Assert.Equal(log.Area("stable"), area.Stable!.Value.Value, 1e-9);
        Assert.All(report.Arms, arm => Assert.Equal(
            log.Count(arm.Name), (arm.Units, arm.ClosedUnits, arm.Requests, arm.WithoutOutcome, arm.LateOutcomes)));
        Assert.All(report.Arms, static arm => Assert.True(arm is { LateOutcomes: > 0, WithoutOutcome: > 0 }, $"{arm}"));
        // With few units, all have come in the beginning.
        Assert.Equal(units > 150, report.Arms.Any(static arm => arm.ClosedUnits < arm.Units));
        Assert.Equal(7, report.Comparisons.Count);
        Assert.Equal(0.05 / 7, report.AlphaOfEach, 1e-12);
    }

    [Fact]
    public async Task A_unit_with_many_requests_is_one_unit()
    {
        var store = new MemoryPredictionStore();
        for (var number = 1; number <= 600; number++)
        {
            // Ten requests of each of sixty units; the units of an arm differ only from each other.
            var unit = number % 60;
            store.Add(SomeExperiment.Request(
                number, unit, unit % 2 == 0 ? SomeExperiment.Arm : "stable", TimeSpan.FromMilliseconds(number)));
            store.Outcomes[SomeRecord.IdOf(number)] = SomeExperiment.Outcome(
                number, OutcomeValue.FromFlag(unit % 3 == 0), TimeSpan.FromMinutes(1));
        }

        var arm = Assert.Single((await SomeExperiment.AnalyseAsync(store, SomeExperiment.Document(SomeExperiment.Hits))).Comparisons)
            .Result.Arm!.Value;
        Assert.Equal((30L, 1 / 3.0), (arm.Units, Math.Round(arm.Value, 12) == Math.Round(1 / 3.0, 12) ? 1 / 3.0 : arm.Value));
        // The variance of 30 units, not of 300 requests: p (1 - p) 30 / 29.
        Assert.Equal(2 / 9.0 * 30 / 29, arm.UnitVariance, 1e-9);
    }

    [Fact]
    public async Task A_late_outcome_changes_nothing_but_the_count_of_late_ones()
    {
        var store = new MemoryPredictionStore();
        for (var number = 1; number <= 200; number++)
        {
            store.Add(SomeExperiment.Request(
                number, number, number % 2 == 0 ? SomeExperiment.Arm : "stable", TimeSpan.FromSeconds(number)));
            if (number <= 150)
            {
                store.Outcomes[SomeRecord.IdOf(number)] = SomeExperiment.Outcome(
                    number, OutcomeValue.FromFlag(number % 5 == 0), TimeSpan.FromSeconds(number + 60));
            }
        }

        var document = SomeExperiment.Document(SomeExperiment.Hits);
        var before = await SomeExperiment.AnalyseAsync(store, document);
        for (var number = 151; number <= 160; number++)
        {
            // A millisecond after the window of ten minutes.
            store.Outcomes[SomeRecord.IdOf(number)] = SomeExperiment.Outcome(
                number, OutcomeValue.FromFlag(true), TimeSpan.FromSeconds(number + 600) + TimeSpan.FromMilliseconds(1));
        }

        var after = await SomeExperiment.AnalyseAsync(store, document);
        Assert.Equal(before.Comparisons[0].Result, after.Comparisons[0].Result);
        Assert.All(before.Arms, static arm => Assert.Equal((25, 0L, 0L), (arm.WithoutOutcome, arm.LateOutcomes, arm.LateUnits)));
        Assert.All(after.Arms, static arm => Assert.Equal((20, 5L, 5L), (arm.WithoutOutcome, arm.LateOutcomes, arm.LateUnits)));

        // The last moment of the window is in time.
        store.Outcomes[SomeRecord.IdOf(200)] = SomeExperiment.Outcome(200, OutcomeValue.FromFlag(true), TimeSpan.FromSeconds(800));
        var inTime = await SomeExperiment.AnalyseAsync(store, document);
        Assert.Equal(after.Comparisons[0].Result.Arm!.Value.Units + 1, inTime.Comparisons[0].Result.Arm!.Value.Units);
    }

    [Fact]
    public async Task Only_units_whose_window_has_closed_count_and_each_comes_in_turn()
    {
        var store = Difference(2000, 1);
        var document = SomeExperiment.Document(SomeExperiment.Hits);
        var half = await SomeExperiment.AnalyseAsync(store, document, TimeSpan.FromSeconds(999 + 600));
        Assert.Equal(1000, half.Arms.Sum(static arm => arm.ClosedUnits));
        Assert.Equal(1000, half.Comparisons[0].Result.Stable!.Value.Units + half.Comparisons[0].Result.Arm!.Value.Units);
        var whole = (await SomeExperiment.AnalyseAsync(store, document)).Comparisons[0];
        var point = whole.OverTime.First(static one => one.Units >= 1000);
        Assert.True(point.Time <= SomeRecord.Start.AddSeconds(1040 + 600), $"{point.Time}");
        Assert.Equal(2000, whole.OverTime[^1].Units);
        Assert.Equal(whole.Result.Difference!.Value.Lower, whole.OverTime[^1].Lower);
        Assert.Equal(whole.OverTime.OrderBy(static one => one.Time), whole.OverTime);
    }

    [Fact]
    public async Task A_difference_shows_and_lost_records_make_the_comparison_invalid()
    {
        var document = SomeExperiment.Document(SomeExperiment.Hits);
        var report = await SomeExperiment.AnalyseAsync(Difference(4000, 1), document);
        Assert.Equal(Conclusion.Better, report.Comparisons[0].Result.Conclusion);
        Assert.StartsWith("b is better than stable: its hits is higher by", report.Comparisons[0].Result.Reason, StringComparison.Ordinal);
        Assert.True(report.Shares.IsAsPlanned);
        var broken = await SomeExperiment.AnalyseAsync(Difference(4000, 0.8), document);
        Assert.Equal(Conclusion.Invalid, broken.Comparisons[0].Result.Conclusion);
        Assert.False(broken.Shares.IsAsPlanned);
        Assert.True(broken.Shares.OverTime[0].PValue > broken.Shares.OverTime[^1].PValue);
    }

    [Fact]
    public async Task A_unit_in_two_arms_counts_in_its_first_and_a_note_says_so()
    {
        var store = Difference(100, 1);
        store.Add(SomeExperiment.Request(101, 1, SomeExperiment.Arm, TimeSpan.FromSeconds(200)));
        var report = await SomeExperiment.AnalyseAsync(store, SomeExperiment.Document(SomeExperiment.Hits));
        Assert.Equal(1, report.Arms.Single(static arm => arm.Name == "stable").MovedUnits);
        Assert.Equal(50, report.Arms.Single(static arm => arm.Name == SomeExperiment.Arm).Units);
        Assert.Contains("1 units were in more than one arm", Assert.Single(report.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_whose_first_attempt_was_lost_belongs_to_no_arm()
    {
        var store = Difference(100, 1);
        store.Add(SomeExperiment.Request(101, 101, "stable", TimeSpan.FromSeconds(200), attempt: 2));
        var report = await SomeExperiment.AnalyseAsync(store, SomeExperiment.Document(SomeExperiment.Hits));
        Assert.Equal([50, 50], report.Arms.Select(static arm => arm.Units));
    }

    [Fact]
    public async Task Without_hashes_of_the_routing_key_each_request_is_a_unit_and_a_note_says_so()
    {
        var store = new MemoryPredictionStore();
        for (var number = 1; number <= 10; number++)
        {
            var record = SomeExperiment.Request(number, 1, number % 2 == 0 ? SomeExperiment.Arm : "stable", TimeSpan.FromSeconds(number));
            record.RoutingKey = Google.Protobuf.ByteString.Empty;
            store.Add(record);
        }

        var document = SomeExperiment.Document(SomeExperiment.Latency);
        var report = await SomeExperiment.AnalyseAsync(store, document);
        Assert.Equal(10, report.Arms.Sum(static arm => arm.Units));
        Assert.Contains("10 of 10 units are single requests", Assert.Single(report.Notes), StringComparison.Ordinal);
        Assert.Empty((await SomeExperiment.AnalyseAsync(store, document with { HasRoutingKey = false })).Notes);
    }

    [Fact]
    public async Task A_text_is_counted_where_the_metric_names_it()
    {
        var store = Difference(100, 1);
        foreach (var (id, outcome) in store.Outcomes)
            store.Outcomes[id] = outcome with { Value = OutcomeValue.FromText(outcome.Value.Flag == true ? "paid in full" : "refused") };
        var paid = SomeExperiment.Hits with { Name = "paid", Outcome = OutcomeValue.FromText("paid in full") };
        var open = SomeExperiment.Hits with { Name = "open", Outcome = OutcomeValue.FromText("open") };
        var results = (await SomeExperiment.AnalyseAsync(store, SomeExperiment.Document(paid, open, SomeExperiment.Hits))).Comparisons;
        Assert.Equal([0.6, 0, 0], results.Select(static one => one.Result.Arm!.Value.Value));
        Assert.All(results, static one => Assert.Equal(50, one.Result.Arm!.Value.Units));
    }

    [Fact]
    public async Task Without_predictions_of_the_revision_the_message_says_so()
    {
        var document = SomeExperiment.Document(SomeExperiment.Latency) with { Revision = "other" };
        var e = await Assert.ThrowsAsync<JobException>(() => SomeExperiment.AnalyseAsync(Difference(10, 1), document));
        Assert.Equal(JobExit.WrongInput, e.ExitCode);
        Assert.Contains("no prediction of fraud with the revision other of the experiment q4", e.Message, StringComparison.Ordinal);
    }

    /// <summary>A unit a second, in turn. The outcome is true for a fifth of stable's and three fifths of the arm's.</summary>
    /// <param name="units">The number of units.</param>
    /// <param name="kept">The share of the arm's records that the log has.</param>
    internal static MemoryPredictionStore Difference(int units, double kept)
    {
        var store = new MemoryPredictionStore();
        for (var number = 1; number <= units; number++)
        {
            var isArm = number % 2 == 0;
            if (isArm && number / 2 % 10 >= kept * 10)
                continue;
            store.Add(SomeExperiment.Request(number, number, isArm ? SomeExperiment.Arm : "stable", TimeSpan.FromSeconds(number - 1)));
            store.Outcomes[SomeRecord.IdOf(number)] = SomeExperiment.Outcome(
                number, OutcomeValue.FromFlag(number / 2 % 5 < (isArm ? 3 : 1)), TimeSpan.FromSeconds(number + 5));
        }

        return store;
    }

    private static void Same(ArmEstimate? expected, ArmEstimate? actual, string metric)
    {
        Assert.True(expected is not null && actual is not null, metric);
        Assert.Equal(expected.Value.Units, actual.Value.Units);
        Assert.Equal(expected.Value.Value, actual.Value.Value, 1e-9);
        Assert.Equal(1, actual.Value.UnitVariance / expected.Value.UnitVariance, 1e-6);
        Assert.Equal(1, actual.Value.EffectiveUnits / expected.Value.EffectiveUnits, 1e-6);
    }
}
