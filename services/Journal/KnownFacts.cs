using ModelServing.Contracts.Journal;

namespace ModelServing.Journal;

/// <summary>The facts of one model's journal up to a number. They grow only with rollbacks and resets, each of which takes a person or a
/// guard.</summary>
internal sealed class KnownFacts
{
    private readonly Dictionary<JournalFact, (long Seq, Guid Id)> anywhere = [];
    private (JournalFact Fact, long Seq, Guid Id)? lastRollout;

    /// <summary>The last known number, 0 for none.</summary>
    internal long LastSeq { get; private set; }

    /// <summary>The number of the last rollout event, 0 for none.</summary>
    internal long LastRolloutSeq => lastRollout?.Seq ?? 0;

    internal void Add(JournalEvent next)
    {
        LastSeq = next.Seq;
        var fact = JournalFact.From(next);
        if (fact is JournalFact.OfRollout)
            lastRollout = (fact, next.Seq, next.Id);
        else
            _ = anywhere.TryAdd(fact, (next.Seq, next.Id));
    }

    /// <summary>Finds the event that records <paramref name="fact"/>; null if no event does.</summary>
    internal (long Seq, Guid Id)? Find(JournalFact fact) => fact is JournalFact.OfRollout
        ? lastRollout is { } last && last.Fact == fact ? (last.Seq, last.Id) : null
        : anywhere.TryGetValue(fact, out var found) ? found : null;
}
