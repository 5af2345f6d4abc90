using ModelServing.Journal;

namespace ModelServing.Services.Tests.Journal;

/// <summary>One journal's store for one test: opened as often as several programs would.</summary>
internal abstract class TestedJournalStore : IAsyncDisposable
{
    /// <summary>Opens it once more, as another program does.</summary>
    internal abstract IJournalStore Open();

    public abstract ValueTask DisposeAsync();
}
