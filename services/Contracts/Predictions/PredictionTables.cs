namespace ModelServing.Contracts.Predictions;

/// <summary>The names of the prediction tables in the cloud and of their columns.</summary>
public static class PredictionTables
{
    public const string Id = "id";
    public const string Attempt = "attempt";
    public const string Model = "model";
    public const string Minute = "minute";
    public const string Record = "record";
    public const string Outcome = "outcome";

    /// <summary>The columns and the key of the records' table.</summary>
    public const string Columns =
        $"({Id} STRING, {Attempt} INTEGER, {Model} STRING, {Minute} LONG, {Record} BINARY, PRIMARY KEY(SHARD({Id}), {Attempt}))";

    /// <summary>The columns and the key of the outcomes' table. An outcome belongs to a request, and so its attempt is 0.</summary>
    public const string OutcomeColumns = $"({Id} STRING, {Attempt} INTEGER, {Outcome} STRING, PRIMARY KEY(SHARD({Id}), {Attempt}))";

    /// <summary>The columns of the records' index.</summary>
    public static IReadOnlyList<string> IndexColumns { get; } = [Model, Minute];

    /// <summary>The name of the outcomes' table.</summary>
    public static string OutcomesOf(string table) => table + "_outcomes";
}
