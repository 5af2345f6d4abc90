using System.Collections.Immutable;
using ModelServing.Contracts;
using ModelServing.Contracts.Journal;

namespace ModelServing.Rollout.Journal;

/// <summary>
/// What the events of one model's journal come to. An immutable value: each event makes the next, and however the events are cut into
/// pieces, the same comes out.
/// </summary>
public sealed record JournalState
{
    /// <summary>How many rollouts are known of which each has another stable version.</summary>
    public const int MaxServed = 16;

    private JournalState(ModelName model) => Model = model;

    internal JournalState(ModelName model, long lastSeq, Guid? lastId, IEnumerable<VersionState> versions, IEnumerable<ServedRollout> served, RolloutEvent? lastRollout)
    {
        Model = model;
        LastSeq = lastSeq;
        LastId = lastId;
        LastRollout = lastRollout;
        Versions = versions.ToImmutableSortedDictionary(static version => version.Version, static version => version);
        Served = [.. served];
    }

    /// <summary>The model.</summary>
    public ModelName Model { get; }

    /// <summary>The number of the last event, 0 for none.</summary>
    public long LastSeq { get; private init; }

    /// <summary>The identifier of the last event: two journals have none in common. Null for none, and where it is not known.</summary>
    public Guid? LastId { get; private init; }

    /// <summary>The versions of which the journal says anything but that they are stable.</summary>
    public ImmutableSortedDictionary<ModelVersion, VersionState> Versions { get; private init; } = ImmutableSortedDictionary<ModelVersion, VersionState>.Empty;

    /// <summary>The rollouts that were served, the newest first: of each stable version the last, of at most <see cref="MaxServed"/>.</summary>
    public ImmutableList<ServedRollout> Served { get; private init; } = [];

    /// <summary>The last event of a rollout, served or refused; null for none.</summary>
    public RolloutEvent? LastRollout { get; private init; }

    /// <summary>The newest rollout that was served and whose stable version is not condemned; null for none.</summary>
    public ServedRollout? LastGood => Served.Find(served => Condemned(served.Stable) is null);

    /// <summary>The state of a journal that was read and has no event of the model.</summary>
    public static JournalState Empty(ModelName model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return new JournalState(model);
    }

    /// <summary>The trial that a version is in, from 1.</summary>
    public int TrialOf(ModelVersion version) => Versions.TryGetValue(version, out var known) ? known.Trial : 1;

    /// <summary>What condemned a version; null where it is not condemned.</summary>
    public RolledBackEvent? Condemned(ModelVersion version) => Versions.TryGetValue(version, out var known) ? known.Condemned : null;

    /// <summary>When a version first had a share of the traffic in its trial, beside another stable version; null before.</summary>
    public DateTimeOffset? StartOf(ModelVersion version) => Versions.TryGetValue(version, out var known) ? known.Started : null;

    /// <summary>Who owns which bucket in a rollout when it is served next: the weights of its revision that were served before are where
    /// keys come from.</summary>
    public BucketLayout LayoutOf(RolloutPlan rollout)
    {
        ArgumentNullException.ThrowIfNull(rollout);
        return Served.Find(served => served.Rollout.Revision == rollout.Revision) is { } before ? before.Layout.MoveTo(rollout.Variants) : BucketLayout.Create(rollout.Variants);
    }

    /// <summary>The state after more events, in their order.</summary>
    public JournalState Apply(IEnumerable<JournalEvent> events)
    {
        ArgumentNullException.ThrowIfNull(events);
        return events.Aggregate(this, static (state, next) => state.Apply(next));
    }

    /// <summary>The state after the next event.</summary>
    /// <exception cref="ArgumentException">The event is another model's, or not the next.</exception>
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
            _ => throw new ArgumentException($"{next.Kind} is no kind of event that has a meaning", nameof(next)),
        };
        return state with { LastSeq = next.Seq, LastId = next.Id };
    }

    // A rollback of a trial that a reset has ended comes too late: another router had decided before it knew of the reset.
    private JournalState After(RolledBackEvent e)
    {
        var before = StateOf(e.Version);
        return e.Trial < before.Trial || (e.Trial == before.Trial && before.Condemned is not null)
            ? this
            : With(before with { Trial = e.Trial, Started = e.Trial == before.Trial ? before.Started : null, Condemned = e });
    }

    // The rollout that names the version stands in the journal already, so the trial starts here where the version has a share in it.
    private JournalState After(ResetEvent e)
    {
        var before = StateOf(e.Version);
        if (e.Trial <= before.Trial)
            return this;
        var state = With(new VersionState(e.Version, e.Trial, null, null));
        return state.LastGood is { } good && OnTrial(good.Rollout).Contains(e.Version) ? state.With(state.StateOf(e.Version) with { Started = e.Time }) : state;
    }

    private JournalState After(RolloutEvent e)
    {
        var state = this with { LastRollout = e };
        if (!e.IsServed)
            return state;
        var stable = e.Rollout.Stable.Version;
        state = state with { Served = [new ServedRollout(e, LayoutOf(e.Rollout)), .. Served.Where(other => other.Stable != stable).Take(MaxServed - 1)] };
        foreach (var version in OnTrial(e.Rollout))
        {
            if (state.StateOf(version) is { Started: null, Condemned: null } unstarted)
                state = state.With(unstarted with { Started = e.Time });
        }

        return state;
    }

    private static IEnumerable<ModelVersion> OnTrial(RolloutPlan rollout) =>
        rollout.Variants.SkipLast(1).Where(static variant => variant.Weight > 0).Select(static variant => variant.Version);

    private VersionState StateOf(ModelVersion version) => Versions.TryGetValue(version, out var known) ? known : new VersionState(version, 1, null, null);

    private JournalState With(VersionState version) => this with { Versions = Versions.SetItem(version.Version, version) };
}
