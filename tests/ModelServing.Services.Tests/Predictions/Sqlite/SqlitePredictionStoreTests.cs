namespace ModelServing.Services.Tests.Predictions.Sqlite;

/// <summary>Predictions in a SQLite file.</summary>
public sealed class SqlitePredictionStoreTests()
    : PredictionStoreTests(static () => Task.FromResult<TestedPredictionStore>(new TestedSqlitePredictions()));
