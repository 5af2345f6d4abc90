using ModelServing.Contracts.Predictions;
using ModelServing.Rollout.Experiments;
using ModelServing.Services.Tests.Predictions;

namespace ModelServing.Services.Tests.Jobs.Experiments;

/// <summary>A random log with everything that a log of an experiment may have, and what follows from it, worked out request by
/// request.</summary>
internal sealed class RandomLog
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan End = TimeSpan.FromMinutes(50);

    private readonly Random random;
    private readonly List<Made> requests = [];

    internal RandomLog(int seed, int count, int units)
    {
        random = new Random(seed);
        for (var number = 1; number <= count; number++)
            Add(number, random.Next(units));
    }

    internal MemoryPredictionStore Store { get; } = new();

    internal static TimeSpan Until => End;

    // A unit, by its number: the requests within the window, and its arm. Only those whose window has closed.
    private IEnumerable<(string Arm, List<Made> Requests)> Closed => requests.GroupBy(static one => one.Unit)
        .Select(static unit => (First: unit.MinBy(static one => one.After)!, All: unit))
        .Where(static unit => unit.First.After + Window <= End)
        .Select(static unit => (unit.First.Arm, unit.All.Where(one => one.After < unit.First.After + Window)
            .Select(one => one with { IsLate = one.Observed > unit.First.After + Window }).ToList()));

    /// <summary>The estimate of an arm from each unit's sums.</summary>
    internal ArmEstimate? Estimate(string arm, string metric)
    {
        var sums = default(UnitSums);
        foreach (var (_, unit) in Closed.Where(unit => unit.Arm == arm))
        {
            var values = unit.Select(one => ValueOf(one, metric)).OfType<double>().ToList();
            if (values.Count > 0)
                sums += UnitSums.From(values.Sum(), values.Count);
        }

        return sums.Estimate();
    }

    /// <summary>The area under the curve of an arm, from all pairs.</summary>
    internal double Area(string arm)
    {
        var ranked = Closed.Where(unit => unit.Arm == arm).SelectMany(static unit => unit.Requests)
            .Where(one => one.IsKnown && one.IsAnswered && one.AnsweredBy == arm).ToList();
        var (positive, negative) = (ranked.Where(static one => one.IsTrue).ToList(), ranked.Where(static one => !one.IsTrue).ToList());
        return positive.Sum(one => negative.Sum(other => one.Score > other.Score ? 1 : one.Score == other.Score ? 0.5 : 0))
            / positive.Count / negative.Count;
    }

    internal (long Units, long Closed, long Requests, long WithoutOutcome, long Late) Count(string arm)
    {
        var closed = Closed.Where(unit => unit.Arm == arm).ToList();
        var all = closed.SelectMany(static unit => unit.Requests).ToList();
        return (
            requests.GroupBy(static one => one.Unit).Count(unit => unit.MinBy(static one => one.After)!.Arm == arm),
            closed.Count,
            all.Count,
            all.Count(static one => one.Observed is null),
            all.Count(static one => one.IsLate));
    }

    private static double? ValueOf(Made one, string metric) => metric switch
    {
        "hits" => one is { IsKnown: true, IsAnswered: true, Score: >= 0.5f } ? (one.IsTrue ? 1 : 0) : null,
        "cost" => one is not { IsKnown: true, IsAnswered: true } ? null
            : one.Score >= 0.5f ? (one.IsTrue ? 0 : 5)
            : one.IsTrue ? one.Amount : 0,
        "value" => one is { IsKnown: true, IsAnswered: true } ? (one.IsTrue ? 1 : 0) : null,
        "failures" => one.IsFailed ? 1 : 0,
        "latency" => one.Milliseconds,
        _ => throw new ArgumentOutOfRangeException(nameof(metric)),
    };

    private void Add(int number, int unit)
    {
        var after = TimeSpan.FromSeconds(number * 1.49);
        // Some units are in both arms.
        var arm = (unit % 2 == 0) != (unit % 17 == 0 && after > TimeSpan.FromMinutes(9)) ? SomeExperiment.Arm : "stable";
        var score = random.Next(1, 40) / 40f;
        var amount = random.Next(1, 300);
        var fate = random.Next(10);
        var first = SomeExperiment.Request(number, unit, arm, after, score, amount);
        first.Latency.Total = random.Next(1000, 90_000);
        var one = new Made(unit, arm, after, score, amount, first.Latency.Total / 1000d) { AnsweredBy = arm };
        if (fate == 0)
        {
            // The first attempt failed, and stable answered.
            first.Status = 500;
            one = one with { IsFailed = true, Score = Retry(number, unit, after, amount), AnsweredBy = "stable" };
        }
        else if (fate == 1)
        {
            // The router gave up, although the version had an answer in the end. The caller got an error.
            var note = SomeExperiment.Request(number, unit, arm, after, attempt: PredictionAttempts.NoAnswer + 1);
            (note.Status, note.Latency) = (0, null);
            note.Outputs.Clear();
            Store.Add(note);
            one = one with { IsFailed = true, IsAnswered = false };
        }
        else if (fate == 2)
        {
            // Stable was asked too, only to compare.
            var comparison = SomeExperiment.Request(number, unit, "stable", after, 0.01f, attempt: 2);
            comparison.Comparison = true;
            Store.Add(comparison);
        }
        else if (fate == 3)
        {
            // The caller's own error is neither a failure nor a decision.
            first.Status = 400;
            one = one with { IsAnswered = false };
        }

        Store.Add(first);
        if (random.Next(3) > 0)
        {
            one = one with { Observed = after + TimeSpan.FromSeconds(random.Next(1, 900)), IsTrue = random.Next(3) == 0 };
            var value = number % 2 == 0 ? OutcomeValue.FromFlag(one.IsTrue) : OutcomeValue.FromNumber(one.IsTrue ? 1 : 0);
            Store.Outcomes[SomeRecord.IdOf(number)] = SomeExperiment.Outcome(number, value, one.Observed.Value);
        }

        requests.Add(one);
        var other = SomeExperiment.Request(number + 1_000_000, unit, arm, after);
        other.Revision = "another";
        Store.Add(other);
    }

    private float Retry(int number, int unit, TimeSpan after, float amount)
    {
        var score = random.Next(1, 40) / 40f;
        Store.Add(SomeExperiment.Request(number, unit, "stable", after + TimeSpan.FromMilliseconds(5), score, amount, attempt: 2));
        return score;
    }

    private sealed record Made(int Unit, string Arm, TimeSpan After, float Score, double Amount, double Milliseconds)
    {
        internal TimeSpan? Observed { get; init; }

        internal bool IsTrue { get; init; }

        internal bool IsLate { get; init; }

        internal bool IsFailed { get; init; }

        internal bool IsAnswered { get; init; } = true;

        internal required string AnsweredBy { get; init; }

        internal bool IsKnown => Observed is not null && !IsLate;
    }
}
