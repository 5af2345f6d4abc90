using System.Collections.Immutable;
using ModelServing.Contracts;
using ModelServing.Contracts.Journal;
using ModelServing.Rollout.Journal;

namespace ModelServing.Router.Rollouts.Board;

/// <summary>What a board says at one moment. It never changes.</summary>
/// <param name="IsJournaled">Whether there is a journal. Without one, no model is ever unread.</param>
/// <param name="States">The states that were read, without the decisions of this router.</param>
/// <param name="Decided">The rollbacks that were decided here and are not in the journal yet.</param>
internal sealed record BoardView(
    bool IsJournaled,
    ImmutableDictionary<ModelName, JournalState> States,
    ImmutableDictionary<ModelName, ImmutableList<RolledBackEvent>> Decided)
{
    /// <summary>A model's state in the journal; null if it was never read.</summary>
    internal JournalState? JournaledStateOf(ModelName model) =>
        States.GetValueOrDefault(model) ?? (IsJournaled ? null : JournalState.Empty(model));

    /// <summary>A model's state in the journal, with the decisions of this router applied; null if the journal was never read.</summary>
    internal JournalState? StateOf(ModelName model) => JournaledStateOf(model) is not { } state ? null
        : !Decided.TryGetValue(model, out var events) ? state
        : events.Aggregate(state, static (state, next) => state.Apply(next with { Seq = state.LastSeq + 1 }));
}
