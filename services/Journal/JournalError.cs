namespace ModelServing.Journal;

/// <summary>Why the journal could not be read or written.</summary>
public enum JournalError
{
    /// <summary>The store does not answer, or refuses; a later call may succeed.</summary>
    Unavailable,

    /// <summary>An entry is not an event of this program's schema, or events are missing.</summary>
    Damaged,
}
