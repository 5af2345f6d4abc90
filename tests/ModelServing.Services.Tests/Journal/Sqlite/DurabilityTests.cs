using Microsoft.Data.Sqlite;
using ModelServing.Journal;
using ModelServing.Journal.Sqlite;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Journal.Sqlite;

/// <summary>What a put of the SQLite store promises when it is answered, and when it is not.</summary>
public sealed class DurabilityTests : IDisposable
{
    private const long Full = 2;

    private readonly TemporaryFolder folder = new();

    private string Path => folder.Combine("journal.db");

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_put_is_flushed_to_the_disk_and_readers_do_not_wait_for_it()
    {
        using var store = new SqliteJournalStore(Path);
        Assert.True(await store.PutIfAbsentAsync(SomeEvents.RolledBack(1) with { Seq = 1 }, default));
        // The store's own connection, from the pool. The first setting belongs to the connection, the second to the file.
        using (var pooled = Open())
        {
            Assert.Equal((Full, "wal"), (Ask(pooled, "PRAGMA synchronous"), Ask(pooled, "PRAGMA journal_mode")));
            // Whether a new connection flushes depends on how SQLite was built, so the store must not rely on it.
            _ = Ask(pooled, "PRAGMA synchronous = OFF");
        }

        Assert.True(await store.PutIfAbsentAsync(SomeEvents.RolledBack(2) with { Seq = 2 }, default));
        using var again = Open();
        Assert.Equal(Full, Ask(again, "PRAGMA synchronous"));
    }

    [Fact]
    public async Task A_put_that_fails_may_have_been_done()
    {
        using var store = new SqliteJournalStore(Path, TimeSpan.FromSeconds(1));
        Assert.True(await store.PutIfAbsentAsync(SomeEvents.RolledBack(1) with { Seq = 1 }, default));
        using var other = new SqliteConnection($"Data Source={Path};Pooling=False");
        other.Open();
        _ = Ask(other, "BEGIN IMMEDIATE");
        var e = await Assert.ThrowsAsync<JournalException>(
            () => store.PutIfAbsentAsync(SomeEvents.RolledBack(2) with { Seq = 2 }, default));
        Assert.Equal((JournalError.Unavailable, true), (e.Error, e.MayBeDone));
        _ = Ask(other, "ROLLBACK");
        Assert.True(await store.PutIfAbsentAsync(SomeEvents.RolledBack(2) with { Seq = 2 }, default));
    }

    private static object? Ask(SqliteConnection open, string statement)
    {
        using var command = open.CreateCommand();
        command.CommandText = statement;
        return command.ExecuteScalar();
    }

    // The pool is found by the connection's text.
    private SqliteConnection Open()
    {
        var open = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = System.IO.Path.GetFullPath(Path),
            Mode = SqliteOpenMode.ReadWriteCreate,
            DefaultTimeout = 5,
        }.ConnectionString);
        open.Open();
        return open;
    }
}
