using ModelServing.Rollout.Guard;

namespace ModelServing.TestKit.GuardSimulation;

/// <summary>
/// Runs the guard after each failure of the watched variant, except after those that can't condemn. One failure multiplies the evidence by
/// at most 1 / q(r0), and that of the error rate by 1 / maxErrorRate, and nothing else raises it. The same rollouts are therefore condemned
/// at the same moment, and ten thousand take minutes.
/// </summary>
internal sealed class Lookout(GuardPolicy policy, GuardScope scope)
{
    private readonly double threshold = Math.Log(policy.Threshold(scope)) - 1e-6;
    private readonly double comparison = Math.Log(policy.ComparisonThreshold(scope)) - 1e-6;

    // Upper bounds of the logarithms: of the kinds that are compared with stable, of the error rate, and of errors at tolerance 1, which
    // the error rate needs as well while stable gets traffic. They are unknown before the first check.
    private double relative = double.PositiveInfinity;
    private double rate = double.PositiveInfinity;
    private double errors = double.PositiveInfinity;
    private bool hadAll;

    /// <summary>Records one more failure of the watched variant at a share of the traffic; true if the guard could condemn now.</summary>
    internal bool MustCheck(TrafficShare share)
    {
        relative += Step(policy.Tolerance);
        errors += Step(tolerance: 1);
        rate -= Math.Log(policy.MaxErrorRate ?? 1);
        hadAll |= share.IsWhole;
        return relative >= threshold || (rate >= threshold && (errors >= comparison || hadAll));

        double Step(double tolerance) => share.IsDivided ? Math.Log(1 + (1 - share.Fraction) / (share.Fraction * tolerance)) : 0;
    }

    /// <summary>Whether the failures of all clients together suffice. If not, nothing else must be looked at.</summary>
    internal bool Suffices(GuardCounts all)
    {
        SetBounds(all);
        return GuardRule.Decide(all, policy, scope, default, default) is not null;
    }

    /// <summary>Whether the version is condemned, after <see cref="Suffices"/>.</summary>
    internal bool Condemns(ClientCounts clients)
    {
        if (GuardRule.FindOthers(clients, policy, scope) is not { } others)
            return GuardRule.Decide(clients, policy, scope, default, default) is not null;
        // The verdict would rest on one client. The evidence of the others must grow first, and one failure raises it by as much.
        SetBounds(others);
        return false;
    }

    private void SetBounds(GuardCounts counts)
    {
        var readings = GuardRule.Read(counts, policy, scope);
        relative = readings.Where(static one => one.Kind != GuardKind.MaxErrorRate).Max(static one => Math.Log(one.Evidence));
        rate = readings.Where(static one => one.Kind == GuardKind.MaxErrorRate)
            .Select(static one => Math.Log(one.Evidence))
            .FirstOrDefault(double.NegativeInfinity);
        if (rate >= threshold)
        {
            errors = Math.Log(GuardRule.Read(counts, policy with { Tolerance = 1 }, scope)
                .First(static one => one.Kind == GuardKind.Error).Evidence);
        }
    }
}
