namespace ModelServing.Infra.Alarms;

public sealed class TopicsArgs : ComponentArgs
{
    /// <summary>How many subscriptions a topic can have; one belongs to the Rollback function.</summary>
    public const int MaxSubscriptions = 10;

    /// <summary>The e-mail addresses that every alarm notifies, at most 9. None by default: alarms then call Rollback and notify no
    /// one.</summary>
    public IReadOnlyList<string> Emails { get; init; } = [];

    /// <summary>Whether the topics are protected from deletion, because people's confirmations are lost with them. True by
    /// default.</summary>
    public bool DataProtection { get; init; } = true;

    internal TopicsArgs CheckedEmails()
    {
        if (Emails.Count >= MaxSubscriptions)
        {
            throw new ArgumentException(
                $"{nameof(Emails)} has {Emails.Count} addresses; a topic has at most "
                + $"{MaxSubscriptions} subscriptions, and one is Rollback's");
        }

        if (Emails.Distinct(StringComparer.OrdinalIgnoreCase).Count() != Emails.Count)
            throw new ArgumentException($"{nameof(Emails)} contains an address twice");
        return this;
    }
}
