using ModelServing.Journal;

namespace ModelServing.Services.Tests.Journal;

/// <summary>A journal store for one test, which several programs open.</summary>
internal abstract class TestedJournalStore : IAsyncDisposable
{
    /// <summary>Opens the store once more, as another program would.</summary>
    internal abstract IJournalStore Open();

    public abstract ValueTask DisposeAsync();
}
