using System.Collections.Immutable;
using System.Threading.Channels;
using ModelServing.Contracts;
using ModelServing.Contracts.Admin;
using ModelServing.Contracts.Journal;
using ModelServing.Rollout.Journal;
using ModelServing.Router.Rollouts.Board;

namespace ModelServing.Router.Rollouts;

/// <summary>
/// What this router knows about rollouts: each model's state in the journal, and the rollbacks that were decided here and are not in the
/// journal yet. Every change leads to a new routing table.
/// </summary>
/// <param name="isJournaled">Whether there is a journal. Without one, no model is ever unread, and decisions are forgotten with the
/// process.</param>
internal sealed class RolloutBoard(bool isJournaled)
{
    private readonly Lock gate = new();
    private readonly Channel<bool> changes =
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private volatile BoardView view = new(
        isJournaled,
        ImmutableDictionary<ModelName, JournalState>.Empty,
        ImmutableDictionary<ModelName, ImmutableList<RolledBackEvent>>.Empty);

    private ImmutableDictionary<ModelName, string> faults = ImmutableDictionary<ModelName, string>.Empty;
    private int reach = (int)(isJournaled ? JournalReach.Unread : JournalReach.Read);

    internal JournalReach Reach => (JournalReach)Volatile.Read(ref reach);

    /// <summary>What the board says now; the same object until it says something else.</summary>
    internal BoardView View => view;

    /// <summary>The states that were read, without the decisions of this router.</summary>
    internal IEnumerable<JournalState> States => view.States.Values;

    /// <summary>The rollbacks that were decided here and are not in the journal yet.</summary>
    internal IEnumerable<RolledBackEvent> Decided => view.Decided.Values.SelectMany(static events => events);

    /// <summary>A model's state in the journal; null if it was never read.</summary>
    internal JournalState? JournaledStateOf(ModelName model) => view.JournaledStateOf(model);

    /// <summary>A model's state in the journal, with the decisions of this router applied; null if the journal was never read.</summary>
    internal JournalState? StateOf(ModelName model) => view.StateOf(model);

    /// <summary>Why the events of some models can't be read although the journal answers. The same object until that changes.</summary>
    internal ImmutableDictionary<ModelName, string> Faults => Volatile.Read(ref faults);

    /// <summary>Why a model's events can't be read although the journal answers; null if they can.</summary>
    internal string? FaultOf(ModelName model) => Faults.GetValueOrDefault(model);

    /// <summary>Records whether a model's events can be read; true if that changed.</summary>
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

    /// <summary>Replaces a model's state in the journal. Decisions that the state contains are no longer held here.</summary>
    internal void Update(JournalState state)
    {
        lock (gate)
        {
            var decided = view.Decided;
            if (decided.TryGetValue(state.Model, out var events))
            {
                var left = events.RemoveAll(decision => state.TrialOf(decision.Version) > decision.Trial
                    || (state.Condemned(decision.Version) is { } known && known.Trial >= decision.Trial));
                decided = left.IsEmpty ? decided.Remove(state.Model) : decided.SetItem(state.Model, left);
            }

            view = view.With(state.Model, view.States.SetItem(state.Model, state), decided);
        }

        changes.Writer.TryWrite(true);
    }

    /// <summary>Condemns a version at once; false if it is condemned already, or its trial is over.</summary>
    internal bool Condemn(RolledBackEvent decision)
    {
        lock (gate)
        {
            var state = StateOf(decision.Model) ?? JournalState.Empty(decision.Model);
            if (state.Condemned(decision.Version) is not null || state.TrialOf(decision.Version) != decision.Trial)
                return false;
            var events = view.Decided.GetValueOrDefault(decision.Model, []).Add(decision);
            view = view.With(decision.Model, view.States, view.Decided.SetItem(decision.Model, events));
        }

        changes.Writer.TryWrite(true);
        return true;
    }

    /// <summary>Records whether the journal answers; true if its reach changed.</summary>
    internal bool SetReach(bool answers)
    {
        var next = answers ? JournalReach.Read
            : Reach == JournalReach.Unread && view.States.IsEmpty ? JournalReach.Unread
            : JournalReach.Away;
        return (JournalReach)Interlocked.Exchange(ref reach, (int)next) != next;
    }

    /// <summary>Calls <paramref name="changed"/> after changes; once for several changes that come together. If it throws, so does this
    /// method, and the next call begins with the same change.</summary>
    internal async Task FollowAsync(Func<Task> changed, CancellationToken cancellation)
    {
        await foreach (var _ in changes.Reader.ReadAllAsync(cancellation))
        {
            try
            {
                await changed();
            }
            catch
            {
                changes.Writer.TryWrite(true);
                throw;
            }
        }
    }
}
