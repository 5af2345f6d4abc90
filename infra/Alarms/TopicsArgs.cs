namespace ModelServing.Infra.Alarms;

/// <summary>What <see cref="Topics"/> is given.</summary>
public sealed class TopicsArgs : ComponentArgs
{
    /// <summary>The most subscriptions that a topic has; one is the Rollback function's.</summary>
    public const int MaxSubscriptions = 10;

    /// <summary>The e-mail addresses that are told of every alarm, 9 at most. None by default: alarms then call Rollback and tell nobody.</summary>
    public IReadOnlyList<string> Emails { get; init; } = [];

    internal TopicsArgs CheckedEmails()
    {
        if (Emails.Count >= MaxSubscriptions)
            throw new ArgumentException($"{nameof(Emails)} has {Emails.Count} addresses; a topic has {MaxSubscriptions} subscriptions, and one is the Rollback function's");
        if (Emails.Distinct(StringComparer.OrdinalIgnoreCase).Count() != Emails.Count)
            throw new ArgumentException($"{nameof(Emails)} has an address twice");
        return this;
    }
}
