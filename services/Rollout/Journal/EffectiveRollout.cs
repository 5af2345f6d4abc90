using ModelServing.Contracts;
using ModelServing.Contracts.Journal;

namespace ModelServing.Rollout.Journal;

/// <summary>
/// The part of a planned rollout that is served, given the journal's state. A condemned version gets no traffic in any variant, and its
/// share goes to stable. A rollout whose stable version is condemned is not served at all; the last good one stays.
/// </summary>
/// <remarks>Only the buckets of closed variants move: every other variant keeps the buckets that its rollout gives it.</remarks>
public sealed record EffectiveRollout
{
    private readonly BucketLayout? layout;

    private EffectiveRollout(RolloutPlan planned, RolloutPlan? rollout, BucketLayout? layout, IReadOnlyList<EffectiveVariant> variants)
    {
        Planned = planned;
        Rollout = rollout;
        this.layout = layout;
        Variants = variants;
    }

    public RolloutPlan Planned { get; }

    /// <summary>The rollout that is served: the planned one, or the last good one with its own revision and deadline. Null if no rollout is
    /// served (<see cref="IsCondemnedStable"/>).</summary>
    public RolloutPlan? Rollout { get; }

    /// <summary>The variants of <see cref="Rollout"/> in its order, so stable is the last; empty if it is null.</summary>
    public IReadOnlyList<EffectiveVariant> Variants { get; }

    /// <summary>The event that condemned the planned rollout's stable version, so that the rollout is refused; null if it is
    /// served.</summary>
    public RolledBackEvent? Refused { get; private init; }

    /// <summary>Whether the journal was never read, so that only stable gets traffic.</summary>
    public bool JournalUnread { get; private init; }

    /// <summary>Whether the planned rollout is refused and no good one is known: no version answers for the model.</summary>
    public bool IsCondemnedStable => Rollout is null;

    /// <summary>Every version that requests may reach: those that are served, and those that the plan names.</summary>
    public IEnumerable<ModelVersion> Versions => (Rollout?.Versions ?? []).Union(Planned.Versions);

    /// <summary>The variants that get no traffic although their rollout gives them a share.</summary>
    public IEnumerable<EffectiveVariant> ClosedVariants => Variants.Where(static variant => variant.Closed is not null);

    /// <param name="planned">The rollout of the plan.</param>
    /// <param name="state">The model's state in the journal; null if the journal was never read and there is no snapshot.</param>
    public static EffectiveRollout From(RolloutPlan planned, JournalState? state)
    {
        ArgumentNullException.ThrowIfNull(planned);
        if (state is null)
            return new EffectiveRollout(
                planned,
                planned,
                BucketLayout.Create(planned.Variants),
                VariantsOf(planned, null))
            { JournalUnread = true };
        if (state.Condemned(planned.Stable.Version) is not { } condemned)
            return new EffectiveRollout(planned, planned, state.LayoutOf(planned), VariantsOf(planned, state));
        return state.LastGood is { Rollout: var good } last
            ? new EffectiveRollout(planned, good, last.Layout, VariantsOf(good, state)) { Refused = condemned }
            : new EffectiveRollout(planned, null, null, []) { Refused = condemned };
    }

    /// <summary>Returns the assignment of routing keys to indexes into <see cref="Variants"/>.</summary>
    /// <exception cref="InvalidOperationException">No rollout is served (<see cref="IsCondemnedStable"/>).</exception>
    public Assignment ToAssignment() => new(
        Rollout ?? throw new InvalidOperationException("no rollout is served"),
        layout!,
        ClosedVariants.Select(static variant => variant.Plan.Name));

    private static EffectiveVariant[] VariantsOf(RolloutPlan rollout, JournalState? state)
    {
        var variants = rollout.Variants.Select((plan, i) =>
        {
            var condemned = state?.Condemned(plan.Version);
            Closure? closed = i == rollout.Variants.Count - 1 ? null
                : state is null ? Closure.JournalUnread
                : condemned is null ? null
                : Closure.Condemned;
            return new EffectiveVariant(plan, closed is null ? plan.Weight : 0, state?.TrialOf(plan.Version) ?? 1, closed, condemned);
        }).ToArray();
        variants[^1] = variants[^1] with { Weight = PlanDocument.Buckets - variants.SkipLast(1).Sum(static variant => variant.Weight) };
        return variants;
    }
}
