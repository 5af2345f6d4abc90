using ModelServing.Contracts.Journal;

namespace ModelServing.Journal;

/// <summary>What one model's journal says up to a number. It grows with rollbacks and resets, of which each takes a person or a guard.</summary>
internal sealed class KnownFacts
{
    private readonly Dictionary<JournalFact, (long Seq, Guid Id)> anywhere = [];
    private (JournalFact Fact, long Seq, Guid Id)? lastRollout;

    /// <summary>The last number that is known, 0 for none.</summary>
    internal long LastSeq { get; private set; }

    /// <summary>Adds the next event.</summary>
    internal void Add(JournalEvent next)
    {
        LastSeq = next.Seq;
        var fact = JournalFact.From(next);
        if (fact is JournalFact.OfRollout)
            lastRollout = (fact, next.Seq, next.Id);
        else
            _ = anywhere.TryAdd(fact, (next.Seq, next.Id));
    }

    /// <summary>The event that says <paramref name="fact"/>; null when none does.</summary>
    internal (long Seq, Guid Id)? Find(JournalFact fact) => fact is JournalFact.OfRollout
        ? lastRollout is { } last && last.Fact == fact ? (last.Seq, last.Id) : null
        : anywhere.TryGetValue(fact, out var found) ? found : null;
}
