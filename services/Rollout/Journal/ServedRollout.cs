using ModelServing.Contracts;
using ModelServing.Contracts.Journal;

namespace ModelServing.Rollout.Journal;

/// <summary>A rollout that was served.</summary>
/// <param name="Event">The event that recorded it.</param>
/// <param name="Layout">Which variant owns which bucket. It follows from all the weights of this revision that were served before.</param>
public sealed record ServedRollout(RolloutEvent Event, BucketLayout Layout)
{
    public RolloutPlan Rollout => Event.Rollout;

    public ModelVersion Stable => Rollout.Stable.Version;
}
