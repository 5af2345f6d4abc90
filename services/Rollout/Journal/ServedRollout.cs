using ModelServing.Contracts;
using ModelServing.Contracts.Journal;

namespace ModelServing.Rollout.Journal;

/// <summary>A rollout that was served.</summary>
/// <param name="Event">What says so.</param>
/// <param name="Layout">Who owns which bucket in it: it follows from the weights of this revision that were served before.</param>
public sealed record ServedRollout(RolloutEvent Event, BucketLayout Layout)
{
    /// <summary>The rollout.</summary>
    public RolloutPlan Rollout => Event.Rollout;

    internal ModelVersion Stable => Rollout.Stable.Version;
}
