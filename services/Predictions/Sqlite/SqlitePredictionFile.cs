using Microsoft.Data.Sqlite;
using ModelServing.Contracts;

namespace ModelServing.Predictions.Sqlite;

/// <summary>Opens the file of a <see cref="SqlitePredictionStore"/>, creates its tables, and converts SQLite's errors.</summary>
internal sealed class SqlitePredictionFile : IDisposable
{
    // Tells the file from those of other programs. The columns are those of the tables in the cloud (infra/Predictions).
    private const int ApplicationId = 0x4d535031; // "MSP1"

    private const string Tables =
        """
        CREATE TABLE IF NOT EXISTS predictions (
          id TEXT NOT NULL, attempt INTEGER NOT NULL, model TEXT NOT NULL, minute INTEGER NOT NULL, record BLOB NOT NULL,
          PRIMARY KEY (id, attempt)) STRICT, WITHOUT ROWID;
        CREATE INDEX IF NOT EXISTS predictions_by_minute ON predictions (model, minute);
        CREATE TABLE IF NOT EXISTS outcomes (
          id TEXT NOT NULL, attempt INTEGER NOT NULL, minute INTEGER NOT NULL, outcome TEXT NOT NULL,
          PRIMARY KEY (id, attempt)) STRICT, WITHOUT ROWID;
        CREATE INDEX IF NOT EXISTS outcomes_by_minute ON outcomes (minute);
        """;

    private readonly string path;
    private readonly string connection;
    private readonly Lock creating = new();

    internal SqlitePredictionFile(string path, TimeSpan lockTimeout)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        this.path = Path.GetFullPath(path);
        connection = new SqliteConnectionStringBuilder
        {
            DataSource = this.path,
            Mode = SqliteOpenMode.ReadWriteCreate,
            DefaultTimeout = Math.Max(1, (int)Math.Ceiling(lockTimeout.TotalSeconds)),
        }.ConnectionString;
    }

    internal string Location => HostSources.Sqlite(path);

    /// <summary>Runs <paramref name="act"/> with an open connection.</summary>
    /// <exception cref="PredictionStoreException">The file can't be opened, or the call failed.</exception>
    internal T Do<T>(string participle, Func<SqliteConnection, T> act)
    {
        try
        {
            using var opened = Open();
            return act(opened);
        }
        catch (SqliteException e)
        {
            throw new PredictionStoreException(
                ErrorFor(e.SqliteErrorCode), $"the prediction store {Location} can't be {participle}: {e.Message}", e);
        }
    }

    public void Dispose()
    {
        using var pooled = new SqliteConnection(connection);
        SqliteConnection.ClearPool(pooled);
    }

    // A lock, a full disk, an error of the disk, a missing permission, and a damaged or foreign file can all be put right. Until then,
    // records wait, and none is set aside.
    private static PredictionStoreError ErrorFor(int code) => code switch
    {
        18 or 19 or 20 => PredictionStoreError.Refused, // SQLITE_TOOBIG, _CONSTRAINT, _MISMATCH
        _ => PredictionStoreError.Unavailable,
    };

    private SqliteConnection Open()
    {
        var opened = new SqliteConnection(connection);
        try
        {
            opened.Open();
            if (!IsCreated(opened))
            {
                lock (creating)
                {
                    if (!IsCreated(opened))
                        Create(opened);
                }
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

    /// <summary>True if the file is a prediction store, false if it is empty.</summary>
    private bool IsCreated(SqliteConnection opened)
    {
        using var command = opened.CreateCommand();
        command.CommandText = "SELECT (SELECT application_id FROM pragma_application_id), (SELECT count(*) FROM sqlite_master)";
        using var row = command.ExecuteReader();
        _ = row.Read();
        return (row.GetInt64(0), row.GetInt64(1)) switch
        {
            (ApplicationId, _) => true,
            (0, 0) => false,
            _ => throw new PredictionStoreException(
                PredictionStoreError.Unavailable, $"{path} is a database, but not a prediction store"),
        };
    }

    private static void Create(SqliteConnection opened)
    {
        // Allows readers beside one writer at a time, from any number of processes.
        Run(opened, "PRAGMA journal_mode = WAL");
        using var transaction = opened.BeginTransaction();
        Run(opened, Tables);
        Run(opened, $"PRAGMA application_id = {ApplicationId}");
        transaction.Commit();
    }

    private static void Run(SqliteConnection opened, string statement)
    {
        using var command = opened.CreateCommand();
        command.CommandText = statement;
        _ = command.ExecuteNonQuery();
    }
}
