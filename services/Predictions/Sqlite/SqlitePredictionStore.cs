using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;
using ModelServing.Predictions.Records;

namespace ModelServing.Predictions.Sqlite;

/// <summary>Stores predictions in a SQLite file that several processes of one machine open. A put is on the disk when it is
/// answered.</summary>
public sealed class SqlitePredictionStore : IPredictionStore, IDisposable
{
    private const int RowsInAPage = 256;

    // A page of the largest records would have 120 MB.
    private const int BytesInAPage = 4 * 1024 * 1024;

    private readonly SqlitePredictionFile file;
    private readonly ExpiredRows expired;
    private readonly TimeProvider time;

    /// <param name="path">The file. The first call creates it if it is missing; its folder must exist.</param>
    /// <param name="retentionDays">How many days rows are kept.</param>
    /// <param name="lockTimeout">How long a call waits for other processes that write; null for 5 s.</param>
    /// <param name="time">The clock by which rows expire; null for the machine's.</param>
    public SqlitePredictionStore(string path, int retentionDays, TimeSpan? lockTimeout = null, TimeProvider? time = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(retentionDays, 1);
        file = new SqlitePredictionFile(path, lockTimeout ?? TimeSpan.FromSeconds(5));
        this.time = time ?? TimeProvider.System;
        expired = new ExpiredRows(TimeSpan.FromDays(retentionDays), this.time);
    }

    public string Location => file.Location;

    // Each put waits for the disk once.
    public int MostRows => 1000;

    // One process writes at a time.
    public int MostConcurrency => 1;

    private long Minute => time.GetUtcNow().ToUnixTimeSeconds() / 60;

    public Task PutAsync(IReadOnlyList<StoredPrediction> predictions, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(predictions);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(predictions.Count, MostRows);
        return WriteAsync(
            "INSERT OR REPLACE INTO predictions (id, attempt, model, minute, record) VALUES ($id, $attempt, $model, $minute, $record)",
            ["$id", "$attempt", "$model", "$minute", "$record"],
            predictions,
            static row => [row.RequestId, row.Attempt, row.Model, row.Minute, BytesOf(row.Record)],
            cancellationToken);
    }

    public Task<IReadOnlyList<PredictionRecord>> FindAsync(string requestId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(requestId);
        return ReadAsync<IReadOnlyList<PredictionRecord>>(
            "SELECT attempt, record FROM predictions WHERE id = $id ORDER BY attempt",
            command => command.Parameters.AddWithValue("$id", requestId),
            rows =>
            {
                var found = new List<PredictionRecord>();
                while (rows.Read())
                    found.Add(StoredRecord.Read(Location, requestId, rows.GetInt32(0), rows.GetFieldValue<byte[]>(1)));
                return found;
            },
            cancellationToken);
    }

    public async IAsyncEnumerable<PredictionRecord> ReadAsync(
        ModelName model, long minute, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        var (id, attempt) = ("", 0);
        while (true)
        {
            var page = await PageAsync(model, minute, id, attempt, cancellationToken);
            if (page.Count == 0)
                yield break;
            foreach (var read in page)
                yield return read;
            (id, attempt) = (page[^1].RequestId, page[^1].Attempt);
        }
    }

    public Task PutOutcomesAsync(IReadOnlyList<Outcome> outcomes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(outcomes);
        var minute = Minute;
        return WriteAsync(
            "INSERT OR REPLACE INTO outcomes (id, attempt, minute, outcome) VALUES ($id, $attempt, $minute, $outcome)",
            ["$id", "$attempt", "$minute", "$outcome"],
            outcomes,
            outcome => [outcome.RequestId, StoredOutcome.Attempt, minute, StoredOutcome.Write(outcome)],
            cancellationToken);
    }

    public Task<IReadOnlyDictionary<string, Outcome>> FindOutcomesAsync(
        IReadOnlyCollection<string> requestIds, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(requestIds);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(requestIds.Count, IPredictionStore.MostOutcomes);
        return ReadAsync<IReadOnlyDictionary<string, Outcome>>(
            "SELECT id, outcome FROM outcomes WHERE attempt = $attempt AND id IN (SELECT value FROM json_each($ids))",
            command =>
            {
                command.Parameters.AddWithValue("$attempt", StoredOutcome.Attempt);
                command.Parameters.AddWithValue("$ids", JsonSerializer.Serialize(requestIds));
            },
            rows =>
            {
                var found = new Dictionary<string, Outcome>();
                while (rows.Read())
                    found[rows.GetString(0)] = StoredOutcome.Read(Location, rows.GetString(0), rows.GetString(1));
                return found;
            },
            cancellationToken);
    }

    public void Dispose() => file.Dispose();

    private Task<List<PredictionRecord>> PageAsync(
        ModelName model, long minute, string afterId, int afterAttempt, CancellationToken cancellationToken) => ReadAsync(
        "SELECT id, attempt, record FROM predictions WHERE model = $model AND minute = $minute AND (id, attempt) > ($id, $attempt) "
        + "ORDER BY id, attempt LIMIT $limit",
        command =>
        {
            command.Parameters.AddWithValue("$model", model.Text);
            command.Parameters.AddWithValue("$minute", minute);
            command.Parameters.AddWithValue("$id", afterId);
            command.Parameters.AddWithValue("$attempt", afterAttempt);
            command.Parameters.AddWithValue("$limit", RowsInAPage);
        },
        rows =>
        {
            var page = new List<PredictionRecord>();
            for (var bytes = 0; bytes < BytesInAPage && rows.Read();)
            {
                var record = rows.GetFieldValue<byte[]>(2);
                bytes += record.Length;
                page.Add(StoredRecord.Read(Location, rows.GetString(0), rows.GetInt32(1), record));
            }

            return page;
        },
        cancellationToken);

    // SQLite's calls block their thread, for a while if another process writes.
    private Task<T> ReadAsync<T>(
        string statement, Action<SqliteCommand> bind, Func<SqliteDataReader, T> read, CancellationToken cancellationToken) => Task.Run(
        () => file.Do("read", open =>
        {
            using var command = open.CreateCommand();
            command.CommandText = statement;
            bind(command);
            using var rows = command.ExecuteReader();
            return read(rows);
        }),
        cancellationToken);

    // On a thread of its own, because it waits for the disk and for other processes, and the pool's threads have requests to answer.
    private Task<int> WriteAsync<T>(
        string statement,
        IReadOnlyList<string> parameters,
        IReadOnlyList<T> rows,
        Func<T, object[]> valuesOf,
        CancellationToken cancellationToken) => Task.Factory.StartNew(
        () => file.Do("written", open =>
        {
            using (var transaction = open.BeginTransaction())
            {
                using var put = open.CreateCommand();
                put.CommandText = statement;
                foreach (var name in parameters)
                    put.Parameters.Add(new SqliteParameter { ParameterName = name });
                put.Prepare();
                foreach (var row in rows)
                {
                    var values = valuesOf(row);
                    for (var i = 0; i < values.Length; i++)
                        put.Parameters[i].Value = values[i];
                    _ = put.ExecuteNonQuery();
                }

                transaction.Commit();
            }

            expired.DeleteSome(open);
            return rows.Count;
        }),
        cancellationToken,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);

    private static byte[] BytesOf(ReadOnlyMemory<byte> record) =>
        MemoryMarshal.TryGetArray(record, out var array) && array.Count == array.Array!.Length ? array.Array : record.ToArray();
}
