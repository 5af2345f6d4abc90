namespace ModelServing.Router.Rollouts;

/// <summary>How often the journal is read, and how long an answer may take.</summary>
/// <param name="Alone">Poll interval while the cache is unavailable; the longest delay before a router learns of a rollback.</param>
/// <param name="Pushed">Poll interval while the cache pushes changes. It is longer because reads are the cost of a table in the
/// cloud.</param>
/// <param name="Answer">How long a read or an append may take before the journal counts as unavailable. A plan waits at most this long for
/// the first read; then it is served without the journal, and only stable gets traffic.</param>
internal sealed record JournalPace(TimeSpan Alone, TimeSpan Pushed, TimeSpan Answer)
{
    internal static JournalPace Default { get; } = new(TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(5));
}
