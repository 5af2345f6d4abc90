using ModelServing.Rollout.Guard;

namespace ModelServing.TestKit.GuardSimulation;

/// <summary>
/// Lets a simulated rollout answer 200 requests per second, and reports the slow ones by a real <see cref="SlowLimit"/>. Latencies have a
/// heavy tail (Pareto, alpha 2): of equal versions, 0.6% of the answers are slow.
/// </summary>
/// <param name="rollout">The rollout.</param>
/// <param name="typical">Stable's shortest latency at a minute of the rollout.</param>
internal sealed class SimulatedAnswers(SimulatedRollout rollout, Func<double, TimeSpan> typical)
{
    private const double PerMinute = 200 * 60;

    // The router counts each answer of stable. A tenth of them gives a limit that is less exact, and ten thousand rollouts take minutes.
    private const int CountedPerPeriod = 190;

    // Until its caches are warm, an instance takes ten times as long at first. The router does not count its slow answers for 30 s.
    private const double ColdFactor = 9;
    private static readonly TimeSpan Warming = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan NewFor = TimeSpan.FromSeconds(30);

    private readonly SteppedTime time = new();
    private SlowLimit? limit;

    /// <summary>Stable answers for ten minutes before the rollout begins.</summary>
    internal void Learn()
    {
        limit = new SlowLimit(time);
        for (var period = 0; period < 60; period++)
            CountStable(rollout.Time);
    }

    /// <summary>Both variants answer.</summary>
    /// <param name="minutes">For how long.</param>
    /// <param name="factor">The watched version takes this many times as long as stable.</param>
    /// <param name="instances">How many instances the watched version has. All begin at the start, and are replaced one after the other,
    /// each about every two hours.</param>
    internal void Pass(double minutes, double factor, int instances = 2)
    {
        var end = rollout.Time + minutes;
        var started = Enumerable.Repeat(rollout.Time, instances).ToArray();
        while (rollout.Time < end && !rollout.IsCondemned)
        {
            var now = rollout.Time;
            var period = SlowLimit.Period.TotalMinutes;
            if (rollout.Random.NextDouble() < period * instances / 120)
                started[rollout.Random.Next(instances)] = now;
            var watched = started.Average(start => CountedShare(now, factor, TimeSpan.FromMinutes(now - start)));
            var stable = SlowShare(now, 1);
            rollout.Pass(
                period,
                (PerMinute * rollout.Share.Fraction * watched, () => rollout.Fail(isWatched: true, CallOutcome.Slow)),
                (PerMinute * (1 - rollout.Share.Fraction) * stable, () => rollout.Fail(isWatched: false, CallOutcome.Slow)));
            CountStable(now);
        }
    }

    private double CountedShare(double minute, double factor, TimeSpan age) =>
        age < NewFor ? 0 : SlowShare(minute, factor * (1 + (ColdFactor * Math.Exp(-age / Warming))));

    private double SlowShare(double minute, double factor) =>
        limit!.Current is { } slow ? Math.Min(1, Math.Pow(factor * (typical(minute) / slow), 2)) : 0;

    private void CountStable(double minute)
    {
        var least = typical(minute);
        for (var i = 0; i < CountedPerPeriod; i++)
            limit!.Answered(least / Math.Sqrt(1 - rollout.Random.NextDouble()));
        time.Advance(SlowLimit.Period);
    }
}
