using ModelServing.Rollout.Guard;

namespace ModelServing.Router.Rollouts.Watching;

/// <summary>A watched version in one routing table.</summary>
/// <param name="Variant">The variant's name.</param>
/// <param name="Policy">The rules of the rollout's guard.</param>
/// <param name="UnreachableFor">How long it may have no ready endpoint.</param>
/// <param name="Share">Its share of the traffic, compared with stable.</param>
internal sealed record WatchedVariant(
    WatchedVersion Version, string Variant, GuardPolicy Policy, TimeSpan UnreachableFor, TrafficShare Share)
{
    /// <summary>With fewer routing keys than this, the guard can't condemn the version; more than are ever counted if no number
    /// suffices.</summary>
    internal int FewestKeys { get; } = ModelServing.Rollout.Guard.FewKeys.Fewest(Share, Policy) ?? int.MaxValue;
}
