using ModelServing.Rollout.Guard;

namespace ModelServing.TestKit.GuardSimulation;

/// <summary>
/// Asks the guard after each failure of the watched variant, but for those after which it can't condemn: one failure multiplies the
/// evidence by 1 / q(r0) at most, that of the error rate by 1 / maxErrorRate, and nothing else raises it. So the same rollouts are
/// condemned at the same moment, and ten thousand take a minute or two.
/// </summary>
internal sealed class Lookout(GuardPolicy policy, GuardScope scope)
{
    private readonly double threshold = Math.Log(policy.Threshold(scope)) - 1e-6;
    private readonly double comparison = Math.Log(policy.ComparisonThreshold(scope)) - 1e-6;
    // What the logarithms can be at most: of the relative kinds, of the error rate, and of errors without a tolerance, which the error rate
    // wants too below all of the traffic. Nothing is known before the first look.
    private double relative = double.PositiveInfinity;
    private double rate = double.PositiveInfinity;
    private double errors = double.PositiveInfinity;
    private bool hadAll;

    /// <summary>The watched variant has failed once more, at a share of the traffic.</summary>
    internal bool HasToLook(TrafficShare share)
    {
        relative += Step(policy.Tolerance);
        errors += Step(tolerance: 1);
        rate -= Math.Log(policy.MaxErrorRate ?? 1);
        hadAll |= share.IsWhole;
        return relative >= threshold || (rate >= threshold && (errors >= comparison || hadAll));

        double Step(double tolerance) => share.IsDivided ? Math.Log(1 + (1 - share.Fraction) / (share.Fraction * tolerance)) : 0;
    }

    internal bool Condemns(GuardCounts counts)
    {
        var readings = GuardRule.Read(counts, policy, scope);
        relative = readings.Where(static one => one.Kind != GuardKind.MaxErrorRate).Max(static one => Math.Log(one.Evidence));
        rate = readings.Where(static one => one.Kind == GuardKind.MaxErrorRate).Select(static one => Math.Log(one.Evidence)).FirstOrDefault(double.NegativeInfinity);
        if (rate >= threshold)
            errors = Math.Log(GuardRule.Read(counts, policy with { Tolerance = 1 }, scope).First(static one => one.Kind == GuardKind.Error).Evidence);
        return (relative >= threshold || rate >= threshold) && GuardRule.Decide(counts, policy, scope, default, default) is not null;
    }
}
