namespace ModelServing.Journal;

/// <summary>What kept the journal from being read or written.</summary>
public enum JournalError
{
    /// <summary>The store does not answer, or refuses; another time it may not.</summary>
    Unavailable,

    /// <summary>The store holds what is no event of this program's schema, or events are missing.</summary>
    Damaged,
}
