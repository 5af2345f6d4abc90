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
    private const int EventsInAPage = 200;
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
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        List<JournalEvent> page;
        do
        {
            var from = after;
            // SQLite's calls block their thread, for a while if another process writes.
            page = await Task.Run(() => Do("read", () => ReadPage(model, from), mayBeDone: false), cancellationToken);
            foreach (var read in page)
                yield return read;
            after = page.Count == 0 ? after : page[^1].Seq;
        }
        while (page.Count == EventsInAPage);
    }

    public Task<bool> PutIfAbsentAsync(JournalEvent added, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(added);
        var text = Encoding.UTF8.GetString(added.ToUtf8());
        return Task.Run(() => Do("written", () => Put(added, text), mayBeDone: true), cancellationToken);
    }

    public void Dispose()
    {
        using var pooled = new SqliteConnection(connection);
        SqliteConnection.ClearPool(pooled);
    }

    private List<JournalEvent> ReadPage(ModelName model, long after)
    {
        using var open = Open();
        using var command = open.CreateCommand();
        command.CommandText = "SELECT seq, event FROM journal WHERE model = $model AND seq > $after ORDER BY seq LIMIT $limit";
        command.Parameters.AddWithValue("$model", model.Text);
        command.Parameters.AddWithValue("$after", after);
        command.Parameters.AddWithValue("$limit", EventsInAPage);
        using var rows = command.ExecuteReader();
        var page = new List<JournalEvent>();
        while (rows.Read())
            page.Add(StoredEvent.Read(Location, model, rows.GetInt64(0), Encoding.UTF8.GetBytes(rows.GetString(1))));
        return page;
    }

    private bool Put(JournalEvent added, string text)
    {
        using var open = Open();
        using var command = open.CreateCommand();
        command.CommandText = "INSERT INTO journal (model, seq, event) VALUES ($model, $seq, $event)";
        command.Parameters.AddWithValue("$model", added.Model.Text);
        command.Parameters.AddWithValue("$seq", added.Seq);
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
