namespace ModelServing.Journal;

/// <summary>The journal could not be read or written; the message says why.</summary>
public sealed class JournalException : Exception
{
    /// <summary>Makes one without a message.</summary>
    public JournalException()
    {
    }

    /// <summary>Makes one that says <paramref name="message"/>.</summary>
    public JournalException(string message)
        : base(message)
    {
    }

    /// <summary>Makes one that says <paramref name="message"/>, caused by <paramref name="innerException"/>.</summary>
    public JournalException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Makes one of a kind.</summary>
    public JournalException(JournalError error, string message, Exception? innerException = null, bool mayBeDone = false)
        : base(message, innerException)
    {
        Error = error;
        MayBeDone = mayBeDone;
    }

    /// <summary>What kind of fault it is.</summary>
    public JournalError Error { get; }

    /// <summary>Whether an event that was put may stand in the journal all the same.</summary>
    public bool MayBeDone { get; }
}
