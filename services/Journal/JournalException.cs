namespace ModelServing.Journal;

/// <summary>The journal could not be read or written; the message explains why.</summary>
public sealed class JournalException : Exception
{
    public JournalException()
    {
    }

    public JournalException(string message)
        : base(message)
    {
    }

    public JournalException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    public JournalException(JournalError error, string message, Exception? innerException = null, bool mayBeDone = false)
        : base(message, innerException)
    {
        Error = error;
        MayBeDone = mayBeDone;
    }

    public JournalError Error { get; }

    /// <summary>Whether the event of a failed put may be in the journal all the same.</summary>
    public bool MayBeDone { get; }
}
