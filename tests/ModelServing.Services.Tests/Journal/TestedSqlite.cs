using ModelServing.Journal;
using ModelServing.Journal.Sqlite;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Journal;

/// <summary>A SQLite file in its own folder.</summary>
internal sealed class TestedSqlite : TestedJournalStore
{
    private readonly TemporaryFolder folder = new();
    private readonly List<SqliteJournalStore> opened = [];

    internal string Path => folder.Combine("journal.db");

    internal override IJournalStore Open()
    {
        var store = new SqliteJournalStore(Path, TimeSpan.FromSeconds(60));
        lock (opened)
            opened.Add(store);
        return store;
    }

    public override ValueTask DisposeAsync()
    {
        opened.ForEach(static store => store.Dispose());
        folder.Dispose();
        return ValueTask.CompletedTask;
    }
}
