using System.Collections.Immutable;
using ModelServing.Contracts;
using ModelServing.Contracts.Journal;

namespace ModelServing.Rollout.Journal;

/// <summary>
/// The state that the events of one model's journal lead to. An immutable value: each event makes the next state, and the result does not
/// depend on how the events are divided into batches.
/// </summary>
public sealed record JournalState
{
    /// <summary>The most served rollouts that are kept; each has a different stable version.</summary>
    public const int MaxServed = 16;

    private JournalState(ModelName model) => Model = model;

    internal JournalState(
        ModelName model,
        long lastSeq,
        Guid? lastId,
        IEnumerable<VersionState> versions,
        IEnumerable<ServedRollout> served,
        RolloutEvent? lastRollout)
    {
        Model = model;
        LastSeq = lastSeq;
        LastId = lastId;
        LastRollout = lastRollout;
        Versions = versions.ToImmutableSortedDictionary(static version => version.Version, static version => version);
        Served = [.. served];
    }

    public ModelName Model { get; }

    /// <summary>The number of the last event, 0 for none.</summary>
    public long LastSeq { get; private init; }

    /// <summary>The identifier of the last event, which is different in every journal. Null for no event, or if it is unknown.</summary>
    public Guid? LastId { get; private init; }

    /// <summary>Versions with a recorded trial (stable-only versions have no entry).</summary>
    public ImmutableSortedDictionary<ModelVersion, VersionState> Versions { get; private init; } =
        ImmutableSortedDictionary<ModelVersion, VersionState>.Empty;

    /// <summary>The served rollouts, newest first: the last one of each stable version, for at most <see cref="MaxServed"/>
    /// versions.</summary>
    public ImmutableList<ServedRollout> Served { get; private init; } = [];

    /// <summary>The last rollout event, served or refused; null for none.</summary>
    public RolloutEvent? LastRollout { get; private init; }

    /// <summary>The newest served rollout whose stable version is not condemned; null for none.</summary>
    public ServedRollout? LastGood => Served.Find(served => Condemned(served.Stable) is null);

    /// <summary>Returns the state of a journal that was read and has no event of the model.</summary>
    public static JournalState Empty(ModelName model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return new JournalState(model);
    }

    /// <summary>Returns the current trial of a version, from 1.</summary>
    public int TrialOf(ModelVersion version) => Versions.TryGetValue(version, out var known) ? known.Trial : 1;

    /// <summary>Returns the event that condemned a version; null if it is not condemned.</summary>
    public RolledBackEvent? Condemned(ModelVersion version) => Versions.TryGetValue(version, out var known) ? known.Condemned : null;

    /// <summary>Returns when a version first had a share of the traffic in its trial, beside another stable version; null before.</summary>
    public DateTimeOffset? StartOf(ModelVersion version) => Versions.TryGetValue(version, out var known) ? known.Started : null;

    /// <summary>Returns which variant owns which bucket when a rollout is served next. Keys move from the layout that its revision was last
    /// served with.</summary>
    public BucketLayout LayoutOf(RolloutPlan rollout)
    {
        ArgumentNullException.ThrowIfNull(rollout);
        var before = Served.Find(served => served.Rollout.Revision == rollout.Revision);
        return before is null ? BucketLayout.Create(rollout.Variants) : before.Layout.MoveTo(rollout.Variants);
    }

    /// <summary>Returns the state after more events, in their order.</summary>
    public JournalState Apply(IEnumerable<JournalEvent> events)
    {
        ArgumentNullException.ThrowIfNull(events);
        return events.Aggregate(this, static (state, next) => state.Apply(next));
    }

    /// <summary>Returns the state after the next event.</summary>
    /// <exception cref="ArgumentException">The event belongs to another model, or is not the next.</exception>
    public JournalState Apply(JournalEvent next)
    {
        ArgumentNullException.ThrowIfNull(next);
        if (next.Model != Model || next.Seq != LastSeq + 1)
            throw new ArgumentException($"event {next.Seq} of {next.Model} does not follow event {LastSeq} of {Model}", nameof(next));
        var state = next switch
        {
            RolledBackEvent e => After(e),
            ResetEvent e => After(e),
            RolloutEvent e => After(e),
            _ => throw new ArgumentException($"{next.Kind} is an unknown kind of event", nameof(next)),
        };
        return state with { LastSeq = next.Seq, LastId = next.Id };
    }

    // A rollback of a trial that a reset has ended is too late: the other router did not know of the reset yet.
    private JournalState After(RolledBackEvent e)
    {
        var before = StateOf(e.Version);
        return e.Trial < before.Trial || (e.Trial == before.Trial && before.Condemned is not null)
            ? this
            : With(before with { Trial = e.Trial, Started = e.Trial == before.Trial ? before.Started : null, Condemned = e });
    }

    // The rollout with the version is in the journal already, so the trial starts now if the version has a share in it.
    private JournalState After(ResetEvent e)
    {
        var before = StateOf(e.Version);
        if (e.Trial <= before.Trial)
            return this;
        var state = With(new VersionState(e.Version, e.Trial, null, null));
        return state.LastGood is { } good && OnTrial(good.Rollout).Contains(e.Version)
            ? state.With(state.StateOf(e.Version) with { Started = e.Time })
            : state;
    }

    private JournalState After(RolloutEvent e)
    {
        var state = this with { LastRollout = e };
        if (!e.IsServed)
            return state;
        var stable = e.Rollout.Stable.Version;
        var others = Served.Where(other => other.Stable != stable).Take(MaxServed - 1);
        state = state with { Served = [new ServedRollout(e, LayoutOf(e.Rollout)), .. others] };
        foreach (var version in OnTrial(e.Rollout))
        {
            if (state.StateOf(version) is { Started: null, Condemned: null } unstarted)
                state = state.With(unstarted with { Started = e.Time });
        }

        return state;
    }

    private static IEnumerable<ModelVersion> OnTrial(RolloutPlan rollout) =>
        rollout.Variants.SkipLast(1).Where(static variant => variant.Weight > 0).Select(static variant => variant.Version);

    private VersionState StateOf(ModelVersion version) =>
        Versions.TryGetValue(version, out var known) ? known : new VersionState(version, 1, null, null);

    private JournalState With(VersionState version) => this with { Versions = Versions.SetItem(version.Version, version) };
}
