using Microsoft.Data.Sqlite;

namespace ModelServing.Predictions.Sqlite;

/// <summary>Deletes the rows that are older than the retention. Once an hour a sweep begins; until it is over, each put deletes some
/// rows more than it adds, in a transaction of its own, so that no writer waits long.</summary>
internal sealed class ExpiredRows(TimeSpan retention, TimeProvider time)
{
    private const int RowsInAStep = 1000;

    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    // The index begins with the model, so the models are found and swept one by one.
    private const string NextModel = "SELECT min(model) FROM predictions WHERE model > $model";

    private const string DeletePredictions =
        "DELETE FROM predictions WHERE (id, attempt) IN "
        + "(SELECT id, attempt FROM predictions WHERE model = $model AND minute < $minute LIMIT $rows)";

    private const string DeleteOutcomes =
        "DELETE FROM outcomes WHERE (id, attempt) IN (SELECT id, attempt FROM outcomes WHERE minute < $minute LIMIT $rows)";

    private readonly Lock sweeping = new();
    private DateTimeOffset next = DateTimeOffset.MinValue;

    /// <summary>Deletes at most <see cref="RowsInAStep"/> rows, if a sweep is due or under way.</summary>
    internal void DeleteSome(SqliteConnection opened)
    {
        lock (sweeping)
        {
            var now = time.GetUtcNow();
            if (now < next)
                return;
            try
            {
                if (DeleteBefore(opened, (now - retention).ToUnixTimeSeconds() / 60) < RowsInAStep)
                    next = now + Interval;
            }
            catch (SqliteException)
            {
                // The rows of the put are stored, so it must not fail. A fault that lasts fails the next put or read by itself.
                next = now + Interval;
            }
        }
    }

    private static int DeleteBefore(SqliteConnection opened, long minute)
    {
        using var transaction = opened.BeginTransaction();
        var deleted = Run(opened, DeleteOutcomes, "", minute, RowsInAStep);
        for (var model = ModelAfter(opened, ""); model is not null && deleted < RowsInAStep; model = ModelAfter(opened, model))
            deleted += Run(opened, DeletePredictions, model, minute, RowsInAStep - deleted);
        transaction.Commit();
        return deleted;
    }

    private static string? ModelAfter(SqliteConnection opened, string model)
    {
        using var command = opened.CreateCommand();
        command.CommandText = NextModel;
        command.Parameters.AddWithValue("$model", model);
        return command.ExecuteScalar() as string;
    }

    private static int Run(SqliteConnection opened, string statement, string model, long minute, int rows)
    {
        using var command = opened.CreateCommand();
        command.CommandText = statement;
        if (statement == DeletePredictions)
            command.Parameters.AddWithValue("$model", model);
        command.Parameters.AddWithValue("$minute", minute);
        command.Parameters.AddWithValue("$rows", rows);
        return command.ExecuteNonQuery();
    }
}
