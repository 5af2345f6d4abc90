namespace ModelServing.Router.Rollouts;

/// <summary>How often the journal is read, and how long it is waited for.</summary>
/// <param name="Alone">The time between two reads while nobody pushes changes: so much later at the most a router learns of a rollback.</param>
/// <param name="Pushed">The time between two reads while changes are pushed; reads are what a table in the cloud is paid for.</param>
/// <param name="Answer">How long a read or an append may take before the journal counts as away. So long at the most a plan waits for the
/// first read before it is served without, with nothing for variants beside stable.</param>
internal sealed record JournalPace(TimeSpan Alone, TimeSpan Pushed, TimeSpan Answer)
{
    internal static JournalPace Default { get; } = new(TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(5));
}
