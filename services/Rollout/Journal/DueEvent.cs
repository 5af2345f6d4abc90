using ModelServing.Contracts;
using ModelServing.Contracts.Journal;

namespace ModelServing.Rollout.Journal;

/// <summary>Finds the event that the first router to serve a planned rollout must append.</summary>
public static class DueEvent
{
    /// <summary>Returns the event, or null if the journal has it already. In this order:
    /// <c>refused</c> if a version of the rollout is condemned (stable's is checked first: then the rollout is not served at all);
    /// <c>promoted</c> if stable's version was beside stable in the last served rollout;
    /// <c>started</c> if a version is beside stable that was not there before;
    /// <c>weightMoved</c> if only weights differ;
    /// <c>applied</c> otherwise.</summary>
    /// <param name="planned">The rollout of the plan.</param>
    /// <param name="state">The model's state in the journal, which must have been read.</param>
    /// <param name="time">The time of the event, in UTC.</param>
    public static RolloutEvent? Find(RolloutPlan planned, JournalState state, DateTimeOffset time)
    {
        ArgumentNullException.ThrowIfNull(planned);
        ArgumentNullException.ThrowIfNull(state);
        var digest = RolloutDigest.Compute(planned);
        var isServed = state.Condemned(planned.Stable.Version) is null;
        if (state.LastRollout is { } last && last.Digest == digest && last.IsServed == isServed)
            return null;
        var firstCondemned = planned.Variants.Reverse()
            .Select(variant => state.Condemned(variant.Version))
            .FirstOrDefault(static condemned => condemned is not null);
        if (firstCondemned is { } condemned)
            return new RefusedEvent(state.Model, time, planned, condemned.Version, condemned.Trial);
        var before = state.Served.FirstOrDefault()?.Rollout;
        var wereBeside = before is null ? [] : Beside(before).ToHashSet();
        return wereBeside.Contains(planned.Stable.Version) && before?.Stable.Version != planned.Stable.Version
            ? new PromotedEvent(state.Model, time, planned)
            : Beside(planned).Any(version => !wereBeside.Contains(version)) ? new StartedEvent(state.Model, time, planned)
            : before is not null && Unweighted(before) == Unweighted(planned) ? new WeightMovedEvent(state.Model, time, planned)
            : new AppliedEvent(state.Model, time, planned);
    }

    private static IEnumerable<ModelVersion> Beside(RolloutPlan rollout) =>
        rollout.Variants.SkipLast(1).Select(static variant => variant.Version);

    private static string Unweighted(RolloutPlan rollout) =>
        RolloutDigest.Compute(rollout with { Variants = [.. rollout.Variants.Select(static variant => variant with { Weight = 0 })] });
}
