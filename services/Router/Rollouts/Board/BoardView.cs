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
    // Between two tables there are few changes, except at a start.
    private const int MostRecent = 32;

    private long number;
    private ImmutableArray<ModelName> recent = [];

    /// <summary>Returns the next view, in which only one model differs.</summary>
    internal BoardView With(
        ModelName changed,
        ImmutableDictionary<ModelName, JournalState> states,
        ImmutableDictionary<ModelName, ImmutableList<RolledBackEvent>> decided) => this with
        {
            States = states,
            Decided = decided,
            number = number + 1,
            recent = [.. recent.Skip(recent.Length - MostRecent + 1), changed],
        };

    /// <summary>Returns the models that may differ from an earlier view of the same board; null if that may be any model.</summary>
    internal IEnumerable<ModelName>? ChangedSince(BoardView earlier) =>
        number - earlier.number is >= 0 and var changes && changes <= recent.Length ? recent.TakeLast((int)changes) : null;

    /// <summary>A model's state in the journal; null if it was never read.</summary>
    internal JournalState? JournaledStateOf(ModelName model) =>
        States.GetValueOrDefault(model) ?? (IsJournaled ? null : JournalState.Empty(model));

    /// <summary>A model's state in the journal, with the decisions of this router applied; null if the journal was never read.</summary>
    internal JournalState? StateOf(ModelName model) => JournaledStateOf(model) is not { } state ? null
        : !Decided.TryGetValue(model, out var events) ? state
        : events.Aggregate(state, static (state, next) => state.Apply(next with { Seq = state.LastSeq + 1 }));
}
