using ModelServing.Predictions;
using ModelServing.Predictions.Sqlite;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Predictions;

/// <summary>A SQLite file in its own folder.</summary>
internal sealed class TestedSqlitePredictions : TestedPredictionStore
{
    private readonly TemporaryFolder folder = new();
    private readonly List<SqlitePredictionStore> opened = [];

    internal override IPredictionStore Open()
    {
        // The records' minutes are long ago.
        var store = new SqlitePredictionStore(folder.Combine("predictions.db"), 3650, TimeSpan.FromSeconds(60));
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
