using ModelServing.Rollout.Experiments;

namespace ModelServing.Jobs.Experiments;

/// <summary>A figure of all arms over time: what a metric measures, or one of the two figures of a ranking.</summary>
/// <param name="Smallest">The smallest difference that matters; null for a share of stable's value.</param>
/// <param name="Estimates">For each point in time, the estimate of each arm from the units up to then.</param>
internal sealed record Figure(string Name, bool IsHigherBetter, double? Smallest, IReadOnlyList<ArmEstimate?[]> Estimates);
