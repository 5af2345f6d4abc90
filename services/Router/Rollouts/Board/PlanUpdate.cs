using ModelServing.Contracts;

namespace ModelServing.Router.Rollouts.Board;

/// <summary>A plan, and what changed since the one that was read before it.</summary>
/// <param name="Plan">The plan that is served next.</param>
/// <param name="Before">The plan that was read before; null for the first one.</param>
/// <param name="Changed">The models that are new, gone, or have another text than in <paramref name="Before"/>, in order.</param>
internal sealed record PlanUpdate(PlanDocument Plan, PlanDocument? Before, IReadOnlyList<ModelName> Changed)
{
    /// <summary>Makes the update to a plan of which nothing is known before.</summary>
    internal static PlanUpdate First(PlanDocument plan) => new(plan, null, [.. plan.Rollouts.Keys]);

    /// <summary>Returns the models whose rollout may differ from that of another plan; null if that may be any model. A plan that was read
    /// may not have been applied, so the one before this need not be the one that is served.</summary>
    internal IReadOnlyList<ModelName>? ChangedSince(PlanDocument? other) => ReferenceEquals(other, Plan) ? []
        : other is not null && ReferenceEquals(other, Before) ? Changed
        : null;
}
