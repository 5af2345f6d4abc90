namespace ModelServing.Journal;

/// <summary>How often and how fast appending an event is retried.</summary>
public sealed record JournalLimits
{
    /// <summary>How long a change is read again: longer than a put takes after its change, and than two machines' clocks differ.</summary>
    public static readonly TimeSpan Settled = TimeSpan.FromMinutes(2);

    /// <summary>How often an append may lose its number to another writer, or its answer, before it fails. 20 by default.</summary>
    public int Tries { get; init; } = 20;

    /// <summary>The longest wait after the first lost try; it doubles with each further one, and each wait is a random part of it. 10 ms by
    /// default.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>The longest wait after any try. 1 s by default.</summary>
    public TimeSpan LongestDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long one read of a model's events, or one append with all its tries, may take; then the journal counts as unavailable.
    /// No limit by default.</summary>
    public TimeSpan Answer { get; init; } = Timeout.InfiniteTimeSpan;
}
