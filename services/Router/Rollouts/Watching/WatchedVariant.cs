using ModelServing.Rollout.Guard;

namespace ModelServing.Router.Rollouts.Watching;

/// <summary>A watched version as one table has it.</summary>
/// <param name="Version">The version.</param>
/// <param name="Variant">The variant's name.</param>
/// <param name="Policy">What the rollout asks of its guard.</param>
/// <param name="UnreachableFor">How long it may have no ready endpoint.</param>
/// <param name="Share">Its share of the traffic beside stable.</param>
internal sealed record WatchedVariant(WatchedVersion Version, string Variant, GuardPolicy Policy, TimeSpan UnreachableFor, TrafficShare Share)
{
    /// <summary>With fewer routing keys than this it can't be condemned by the guard; more than are ever counted where none are enough.</summary>
    internal int FewestKeys { get; } = ModelServing.Rollout.Guard.FewKeys.Fewest(Share, Policy) ?? int.MaxValue;
}
