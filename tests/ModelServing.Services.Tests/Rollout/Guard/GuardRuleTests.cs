using System.Text.Json;
using CsCheck;
using ModelServing.Rollout.Guard;

namespace ModelServing.Services.Tests.Rollout.Guard;

public class GuardRuleTests
{
    private static readonly TrafficShare Whole = TrafficShare.From(10_000, 0);
    private static readonly GuardPolicy WithRate = Some.Policy with { MaxErrorRate = 0.05 };

    [Fact]
    public void The_evidence_of_a_new_trial_is_1() =>
        Assert.All(
            GuardRule.Read(GuardCounts.Empty, WithRate, GuardScope.Sum),
            reading => Assert.Equal(1, reading.Evidence, 12));

    [Fact]
    public void At_five_percent_five_failures_alone_condemn_in_the_first_minute_and_four_do_not()
    {
        Assert.Null(Decide(Some.Counts(Enumerable.Repeat(Some.Failure(isWatched: true, 1), 4))));
        var verdict = Decide(Some.Counts(Enumerable.Repeat(Some.Failure(isWatched: true, 1), 5)));
        Assert.Equal((GuardKind.Error, 5L, 0L), (verdict!.Kind, verdict.Watched, verdict.Other));
    }

    [Fact]
    public void Evidence_is_the_weighted_sum_of_the_copies()
    {
        // Failures (C, S) = (4, 0) in the first minute's copy, (1, 0) in the second's, at 10%; there are no later copies yet.
        var share = TrafficShare.From(1000, 9000);
        var counts = Some.Counts([
            .. Enumerable.Repeat(Some.Failure(isWatched: true, 1, share: share), 3),
            Some.Failure(isWatched: true, 2, share: share),
        ]);
        var reading = GuardRule.Read(counts, Some.Policy, GuardScope.Sum).Single(reading => reading.Kind == GuardKind.Error);
        Assert.Equal(1180.0913 / 2 + 5.0954208 / 6 + 1.0 / 3, reading.Evidence, 4);
    }

    [Fact]
    public void Only_a_failure_of_the_watched_variant_raises_the_evidence() => Gen.Select(
        Gen.Select(Gen.Bool, Gen.Int[1, 100], Gen.OneOf(Some.Share, TrafficShare.From(5000, 5000), Whole)).Array[0, 60], Gen.Int[1, 200])
            .Sample((events, minute) =>
            {
                var before = events.Select(one => Some.Failure(one.Item1, one.Item2, share: one.Item3)).ToList();
                double[] LogsWith(params Observation[] more)
                {
                    var counts = Some.Counts([.. before, .. more]);
                    return [
                        Evidence.Relative(counts, GuardKind.Error, 1.5).Log,
                        Evidence.Rate(counts, 0.05, onlyWhole: false).Log,
                        Evidence.Rate(counts, 0.05, onlyWhole: true).Log,
                    ];
                }

                const double Rounding = 1e-9;
                var asIs = LogsWith();
                // The latest minute comes first, because a later minute drops copies whatever happens in it.
                var atMinute = LogsWith(Some.Failure(isWatched: false, minute, CallOutcome.Slow));
                Assert.All(atMinute.Zip(asIs), pair => Assert.True(pair.First <= pair.Second + Rounding));
                Assert.All(
                    LogsWith(Some.Failure(isWatched: false, minute)).Zip(asIs),
                    pair => Assert.True(pair.First <= pair.Second + Rounding));
                Assert.All(
                    LogsWith(Some.Success(minute), Some.Success(minute, Whole)).Zip(asIs),
                    pair => Assert.True(pair.First <= pair.Second + Rounding));
                var failed = LogsWith(
                    Some.Failure(isWatched: false, minute, CallOutcome.Slow),
                    Some.Failure(isWatched: true, minute),
                    Some.Failure(isWatched: true, minute, share: Whole));
                Assert.All(failed.Zip(atMinute), pair => Assert.True(pair.First >= pair.Second - Rounding));
            });

    [Fact]
    public void A_failure_of_a_key_is_less_evidence_than_one_without() =>
        Gen.Select(Gen.Int[1, 100], Gen.Int[0, 100]).Sample((minute, previous) =>
    {
        var plain = Some.Counts(Enumerable.Repeat(Some.Failure(isWatched: true, minute), 3));
        var keyed = Some.Counts(Enumerable.Repeat(Some.Failure(isWatched: true, minute, key: KeyHistory.From(previous, 1)), 3));
        return Evidence.Relative(keyed, GuardKind.Error, 1.5).Log <= Evidence.Relative(plain, GuardKind.Error, 1.5).Log + 1e-12;
    });

    [Fact]
    public void A_single_router_needs_more_evidence_than_the_sum()
    {
        var counts = Some.Counts(Enumerable.Repeat(Some.Failure(isWatched: true, 1), 5));
        Assert.NotNull(Decide(counts));
        Assert.Null(GuardRule.Decide(counts, Some.Policy with { RoutersMax = 16 }, GuardScope.Local, default, default));
        Assert.NotNull(GuardRule.Decide(counts.Add(counts), Some.Policy with { RoutersMax = 16 }, GuardScope.Local, default, default));
    }

    [Fact]
    public void Slow_answers_condemn_whether_the_rollout_has_a_limit_or_not()
    {
        var counts = Some.Counts(Enumerable.Repeat(Some.Failure(isWatched: true, 1, CallOutcome.Slow), 5));
        Assert.Equal(GuardKind.Slow, Decide(counts)!.Kind);
        Assert.Equal(GuardKind.Slow, Decide(counts, Some.Policy with { SlowerThan = TimeSpan.FromMilliseconds(50) })!.Kind);
    }

    [Fact]
    public void Non_finite_answers_condemn() =>
        Assert.Equal(
            GuardKind.NonFinite,
            Decide(Some.Counts(Enumerable.Repeat(Some.Failure(isWatched: true, 1, CallOutcome.NonFinite), 5)))!.Kind);

    [Fact]
    public void Beside_stable_the_error_rate_condemns_only_a_version_with_more_errors_than_stable()
    {
        // A fifth of all calls fails: first on both variants, then only on the canary. With this tolerance, the kind of errors is never
        // decisive.
        var patient = WithRate with { Tolerance = 1000 };
        var half = TrafficShare.From(5000, 5000);
        var outage = Enumerable.Range(0, 500).SelectMany(i => (Observation[])
            [
                Some.Failure(isWatched: true, 1, share: half),
                Some.Failure(isWatched: false, 1, share: half),
                .. Enumerable.Repeat(Some.Success(1, half), 4),
            ]).ToList();
        Assert.True(
            GuardRule.Read(Some.Counts(outage), patient, GuardScope.Sum).Single(
                reading => reading.Kind == GuardKind.MaxErrorRate).Evidence > 1e100);
        Assert.Null(Decide(Some.Counts(outage), patient));

        var verdict = Decide(Some.Counts(outage.Where(one => one.IsWatched)), patient);
        Assert.Equal((GuardKind.MaxErrorRate, 500L, 2000L, 0.05), (verdict!.Kind, verdict.Watched, verdict.Other, verdict.Tolerated));
        Assert.True(verdict.RelativeEvidence > 8000);
        Assert.Equal([new VerdictSegment(null, 500, 2000)], verdict.Copies.Single().Segments);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(5000)]
    [InlineData(9000)]
    public void More_errors_than_stable_need_a_hundred_times_the_evidence(int weight)
    {
        var patient = WithRate with { Tolerance = 1000 };
        var share = TrafficShare.From(weight, 10_000 - weight);
        var failures = Enumerable.Range(1, 200).First(failures => Decide(Failed(failures), patient) is not null);
        Assert.InRange(More(failures), 800_000, double.MaxValue);
        Assert.InRange(More(failures - 1), 8_000, 800_000);

        GuardCounts Failed(int failures) => Some.Counts(Enumerable.Repeat(Some.Failure(isWatched: true, 1, share: share), failures));

        double More(int failures) =>
            GuardRule.Read(Failed(failures), Some.Policy with
            {
                Tolerance = 1,
            }, GuardScope.Sum).Single(static one => one.Kind == GuardKind.Error).Evidence;
    }

    [Fact]
    public void With_all_of_the_traffic_the_error_rate_alone_decides()
    {
        Assert.Null(Decide(Some.Counts(Enumerable.Repeat(Some.Failure(isWatched: true, 1, share: Whole), 3)), WithRate));
        var verdict = Decide(Some.Counts(Enumerable.Repeat(Some.Failure(isWatched: true, 1, share: Whole), 5)), WithRate);
        Assert.Equal(GuardKind.MaxErrorRate, verdict!.Kind);
        Assert.Null(verdict.RelativeEvidence);
    }

    [Fact]
    public void An_outage_of_both_does_not_condemn_when_the_version_gets_all_of_the_traffic_afterwards()
    {
        var half = TrafficShare.From(5000, 5000);
        var outage = Enumerable.Range(0, 100)
            .SelectMany(i => (Observation[])[Some.Failure(isWatched: true, 1, share: half), Some.Failure(isWatched: false, 1, share: half)])
            .ToList();
        Assert.Null(Decide(Some.Counts([.. outage, Some.Failure(isWatched: true, 2, share: Whole)]), WithRate));
        Assert.NotNull(Decide(Some.Counts([.. outage, .. Enumerable.Repeat(Some.Failure(isWatched: true, 2, share: Whole), 6)]), WithRate));
    }

    [Fact]
    public void A_verdict_contains_the_counts_of_its_evidence()
    {
        var (started, now) = (DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddMinutes(90));
        var counts = Some.Counts([
            Some.Failure(isWatched: false, 1),
            .. Enumerable.Repeat(Some.Failure(isWatched: true, 80), 5),
            .. Enumerable.Repeat(Some.Failure(isWatched: true, 90, share: TrafficShare.From(2500, 7500)), 30)]);
        var verdict = GuardRule.Decide(counts, Some.Policy, GuardScope.Sum, started, now)!;
        Assert.Equal((GuardKind.Error, GuardScope.Sum, 8000, 1.5), (verdict.Kind, verdict.Scope, verdict.Threshold, verdict.Tolerated));
        Assert.Equal((35L, 1L, started, now), (verdict.Watched, verdict.Other, verdict.StartedAt, verdict.DecidedAt));
        Assert.Equal([(1, 1), (31, 80), (81, 90)], verdict.Copies.Select(copies => (copies.FirstMinute, copies.LastMinute)));
        Assert.Equal([new VerdictSegment(0.05, 5, 1), new VerdictSegment(0.25, 30, 0)], verdict.Copies[0].Segments);
        Assert.Equal([new VerdictSegment(0.25, 30, 0)], verdict.Copies[2].Segments);

        var again =
            verdict.Copies.Sum(
                copies => CopyOf(copies.Segments) * Enumerable.Range(copies.FirstMinute, copies.LastMinute - copies.FirstMinute + 1)
                    .Sum(j => 1.0 / j / (j + 1)));
        Assert.Equal(1, again / verdict.Evidence, 6);
        Assert.Equal(1, verdict.Copies.Sum(copies => copies.Evidence) / verdict.Evidence, 6);

        double CopyOf(IReadOnlyList<VerdictSegment> segments) => Enumerable.Range(0, 24).Average(k =>
        {
            var ratio = verdict.Tolerated * 1.2 * Math.Pow(1000 / 1.2, k / 23.0);
            double Q(double w, double r) => w * r / (w * r + 1 - w);
            return segments.Aggregate(1.0, (product, one) =>
                product * Math.Pow(Q(one.Share!.Value, ratio) / Q(one.Share!.Value, verdict.Tolerated), one.Watched) * Math.Pow(
                    (1 - Q(one.Share!.Value, ratio)) / (1 - Q(one.Share!.Value, verdict.Tolerated)),
                    one.Other));
        });
    }

    [Fact]
    public void A_verdict_and_readings_survive_JSON()
    {
        var counts = Some.Counts(Enumerable.Repeat(Some.Failure(isWatched: true, 1), 2000));
        var verdict = Decide(counts)!;
        var read = JsonSerializer.Deserialize<GuardVerdict>(JsonSerializer.Serialize(verdict))!;
        Assert.Equal(verdict with { Copies = [] }, read with { Copies = [] });
        Assert.Equal(verdict.Copies.Single().Segments, read.Copies.Single().Segments);
        var readings = GuardRule.Read(counts, Some.Policy, GuardScope.Sum);
        Assert.Equal(readings, JsonSerializer.Deserialize<List<GuardReading>>(JsonSerializer.Serialize(readings)));
    }

    private static GuardVerdict? Decide(GuardCounts counts, GuardPolicy? policy = null) =>
        GuardRule.Decide(counts, policy ?? Some.Policy, GuardScope.Sum, default, default);
}
