using System.Collections.Immutable;
using System.Threading.Channels;
using ModelServing.Contracts;
using ModelServing.Contracts.Admin;
using ModelServing.Contracts.Journal;
using ModelServing.Rollout.Journal;

namespace ModelServing.Router.Rollouts;

/// <summary>
/// What this router knows of rollouts: what the journal says of each model, and what was decided here and does not stand there yet. Every
/// change is one of the routing table, too.
/// </summary>
/// <param name="isJournaled">Whether there is a journal. Without one nothing is ever unread, and what is decided here is forgotten with the
/// process.</param>
internal sealed class RolloutBoard(bool isJournaled)
{
    private readonly Lock gate = new();
    private readonly Channel<bool> changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private ImmutableDictionary<ModelName, JournalState> states = ImmutableDictionary<ModelName, JournalState>.Empty;
    private ImmutableDictionary<ModelName, ImmutableList<RolledBackEvent>> decided = ImmutableDictionary<ModelName, ImmutableList<RolledBackEvent>>.Empty;
    private ImmutableDictionary<ModelName, string> faults = ImmutableDictionary<ModelName, string>.Empty;
    private int reach = (int)(isJournaled ? JournalReach.Unread : JournalReach.Read);

    /// <summary>Whether there is a journal.</summary>
    internal bool IsJournaled => isJournaled;

    /// <summary>What is known of the journal.</summary>
    internal JournalReach Reach => (JournalReach)Volatile.Read(ref reach);

    /// <summary>The states that were read, without what was decided here.</summary>
    internal IEnumerable<JournalState> States => Volatile.Read(ref states).Values;

    /// <summary>The rollbacks that were decided here and do not stand in the journal yet.</summary>
    internal IEnumerable<RolledBackEvent> Decided => Volatile.Read(ref decided).Values.SelectMany(static events => events);

    /// <summary>What the journal says of a model; null where it was never read.</summary>
    internal JournalState? ReadOf(ModelName model) => Volatile.Read(ref states).GetValueOrDefault(model) ?? (isJournaled ? null : JournalState.Empty(model));

    /// <summary>What is known of a model: what the journal says, and what was decided here; null where the journal was never read.</summary>
    internal JournalState? StateOf(ModelName model) => ReadOf(model) is not { } state ? null
        : Volatile.Read(ref decided).TryGetValue(model, out var events) ? events.Aggregate(state, static (state, next) => state.Apply(next with { Seq = state.LastSeq + 1 }))
        : state;

    /// <summary>Why a model's events can't be read although the journal answers; null where they can.</summary>
    internal string? FaultOf(ModelName model) => Volatile.Read(ref faults).GetValueOrDefault(model);

    /// <summary>Says whether a model's events can be read; true when that is another answer than before.</summary>
    internal bool SetFault(ModelName model, string? fault)
    {
        lock (gate)
        {
            if (faults.GetValueOrDefault(model) == fault)
                return false;
            faults = fault is null ? faults.Remove(model) : faults.SetItem(model, fault);
            return true;
        }
    }

    /// <summary>What of a planned rollout is served.</summary>
    internal EffectiveRollout Serve(ModelName model, RolloutPlan planned) => EffectiveRollout.From(planned, StateOf(model));

    /// <summary>Takes what the journal says. What was decided here and stands there now is no longer held.</summary>
    internal void Take(JournalState state)
    {
        lock (gate)
        {
            states = states.SetItem(state.Model, state);
            if (decided.TryGetValue(state.Model, out var events))
            {
                var left = events.RemoveAll(decision => state.TrialOf(decision.Version) > decision.Trial || state.Condemned(decision.Version) is { } known && known.Trial >= decision.Trial);
                decided = left.IsEmpty ? decided.Remove(state.Model) : decided.SetItem(state.Model, left);
            }
        }

        changes.Writer.TryWrite(true);
    }

    /// <summary>Condemns a version here and now; false where it is condemned already, or its trial is over.</summary>
    internal bool Condemn(RolledBackEvent decision)
    {
        lock (gate)
        {
            var state = StateOf(decision.Model) ?? JournalState.Empty(decision.Model);
            if (state.Condemned(decision.Version) is not null || state.TrialOf(decision.Version) != decision.Trial)
                return false;
            decided = decided.SetItem(decision.Model, decided.GetValueOrDefault(decision.Model, []).Add(decision));
        }

        changes.Writer.TryWrite(true);
        return true;
    }

    /// <summary>Says whether the journal answers; true when that is another answer than before.</summary>
    internal bool SetReach(bool answers)
    {
        var next = answers ? JournalReach.Read : Reach == JournalReach.Unread && Volatile.Read(ref states).IsEmpty ? JournalReach.Unread : JournalReach.Away;
        return (JournalReach)Interlocked.Exchange(ref reach, (int)next) != next;
    }

    /// <summary>Calls <paramref name="changed"/> after changes; several that come together are one.</summary>
    internal async Task FollowAsync(Func<Task> changed, CancellationToken cancellation)
    {
        try
        {
            await foreach (var _ in changes.Reader.ReadAllAsync(cancellation))
                await changed();
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
        }
    }
}
