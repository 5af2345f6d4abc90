using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Data.Sqlite;
using ModelServing.Contracts;
using ModelServing.Contracts.Journal;

namespace ModelServing.Journal.Sqlite;

/// <summary>Stores events in a SQLite file that several processes of one machine open. A put is on the disk when it is answered.</summary>
public sealed class SqliteJournalStore : IJournalStore, IDisposable
{
    // Tells the file from those of other programs. The columns are those of the table in the cloud (infra/Journal).
    private const int ApplicationId = 0x4d534a31; // "MSJ1"
    private const int RowsInAPage = 200;
    private const int Constraint = 19; // SQLITE_CONSTRAINT

    private readonly string path;
    private readonly string connection;
    private readonly Lock opening = new();
    private bool isCreated;

    /// <param name="path">The file. The first call creates it if it is missing; its folder must exist.</param>
    /// <param name="lockTimeout">How long a call waits for other processes that write; null for 5 s.</param>
    public SqliteJournalStore(string path, TimeSpan? lockTimeout = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        this.path = Path.GetFullPath(path);
        connection = new SqliteConnectionStringBuilder
        {
            DataSource = this.path,
            Mode = SqliteOpenMode.ReadWriteCreate,
            DefaultTimeout = Math.Max(1, (int)Math.Ceiling((lockTimeout ?? TimeSpan.FromSeconds(5)).TotalSeconds)),
        }.ConnectionString;
    }

    public string Location => $"{HostSources.SqliteScheme}{path}";

    public async IAsyncEnumerable<JournalEvent> ReadAsync(
        ModelName model,
        long after,
        long last,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        await foreach (var (seq, text) in ReadRowsAsync(model.Text, after, last, cancellationToken))
            yield return StoredEvent.Read(Location, model, seq, Encoding.UTF8.GetBytes(text));
    }

    public async IAsyncEnumerable<ChangeRow> ReadChangesAsync(
        long after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var (number, text) in ReadRowsAsync(ChangeRow.Key, after, long.MaxValue, cancellationToken))
            yield return ChangeRow.Read(Location, number, Encoding.UTF8.GetBytes(text));
    }

    public Task<bool> PutIfAbsentAsync(JournalEvent added, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(added);
        var text = Encoding.UTF8.GetString(added.ToUtf8());
        return Task.Run(() => Do("written", () => Put(added.Model.Text, added.Seq, text), mayBeDone: true), cancellationToken);
    }

    public Task<bool> PutChangeAsync(ChangeRow change, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(change);
        var text = Encoding.UTF8.GetString(change.ToUtf8());
        return Task.Run(
            () => Do(
                "written",
                () =>
                {
                    DeleteChanges(change.Number - (long)ChangeRow.Kept.TotalMicroseconds);
                    return Put(ChangeRow.Key, change.Number, text);
                },
                mayBeDone: true),
            cancellationToken);
    }

    public void Dispose()
    {
        using var pooled = new SqliteConnection(connection);
        SqliteConnection.ClearPool(pooled);
    }

    private async IAsyncEnumerable<(long Seq, string Text)> ReadRowsAsync(
        string key, long after, long last, [EnumeratorCancellation] CancellationToken cancellation)
    {
        List<(long Seq, string Text)> page;
        do
        {
            var from = after;
            // SQLite's calls block their thread, for a while if another process writes.
            page = await Task.Run(() => Do("read", () => ReadPage(key, from, last), mayBeDone: false), cancellation);
            foreach (var read in page)
                yield return read;
            after = page.Count == 0 ? after : page[^1].Seq;
        }
        while (page.Count == RowsInAPage);
    }

    private List<(long Seq, string Text)> ReadPage(string key, long after, long last)
    {
        using var open = Open();
        using var command = open.CreateCommand();
        command.CommandText =
            "SELECT seq, event FROM journal WHERE model = $model AND seq > $after AND seq <= $last ORDER BY seq LIMIT $limit";
        command.Parameters.AddWithValue("$model", key);
        command.Parameters.AddWithValue("$after", after);
        command.Parameters.AddWithValue("$last", last);
        command.Parameters.AddWithValue("$limit", RowsInAPage);
        using var rows = command.ExecuteReader();
        var page = new List<(long, string)>();
        while (rows.Read())
            page.Add((rows.GetInt64(0), rows.GetString(1)));
        return page;
    }

    private void DeleteChanges(long before)
    {
        using var open = Open();
        using var command = open.CreateCommand();
        command.CommandText = "DELETE FROM journal WHERE model = $model AND seq < $before";
        command.Parameters.AddWithValue("$model", ChangeRow.Key);
        command.Parameters.AddWithValue("$before", before);
        _ = command.ExecuteNonQuery();
    }

    private bool Put(string key, long seq, string text)
    {
        using var open = Open();
        using var command = open.CreateCommand();
        command.CommandText = "INSERT INTO journal (model, seq, event) VALUES ($model, $seq, $event)";
        command.Parameters.AddWithValue("$model", key);
        command.Parameters.AddWithValue("$seq", seq);
        command.Parameters.AddWithValue("$event", text);
        try
        {
            _ = command.ExecuteNonQuery();
            return true;
        }
        catch (SqliteException e) when (e.SqliteErrorCode == Constraint)
        {
            return false;
        }
    }

    private SqliteConnection Open()
    {
        var opened = new SqliteConnection(connection);
        try
        {
            opened.Open();
            lock (opening)
            {
                if (!isCreated)
                    Create(opened);
                isCreated = true;
            }

            // In WAL mode, SQLite by default flushes only checkpoints to the disk, not puts. The setting belongs to the connection.
            Run(opened, "PRAGMA synchronous = FULL");
            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    private void Create(SqliteConnection opened)
    {
        using var command = opened.CreateCommand();
        command.CommandText = "SELECT (SELECT application_id FROM pragma_application_id), (SELECT count(*) FROM sqlite_master)";
        using (var row = command.ExecuteReader())
        {
            _ = row.Read();
            if (row.GetInt64(0) is var id and not ApplicationId && (id != 0 || row.GetInt64(1) != 0))
                throw new JournalException(JournalError.Damaged, $"{path} is a database, but not a journal");
        }

        // Allows readers beside one writer at a time, from any number of processes.
        Run(opened, "PRAGMA journal_mode = WAL");
        using var transaction = opened.BeginTransaction();
        Run(
            opened,
            "CREATE TABLE IF NOT EXISTS journal (model TEXT NOT NULL, seq INTEGER NOT NULL, event TEXT NOT NULL, PRIMARY KEY (model, seq)) "
            + "STRICT, WITHOUT ROWID");
        Run(opened, $"PRAGMA application_id = {ApplicationId}");
        transaction.Commit();
    }

    private static void Run(SqliteConnection opened, string statement)
    {
        using var command = opened.CreateCommand();
        command.CommandText = statement;
        _ = command.ExecuteNonQuery();
    }

    private T Do<T>(string participle, Func<T> act, bool mayBeDone)
    {
        try
        {
            return act();
        }
        catch (SqliteException e)
        {
            throw new JournalException(
                e.SqliteErrorCode is 11 or 26 ? JournalError.Damaged : JournalError.Unavailable, // SQLITE_CORRUPT, SQLITE_NOTADB
                $"the journal {Location} can't be {participle}: {e.Message}",
                e,
                mayBeDone);
        }
    }
}
