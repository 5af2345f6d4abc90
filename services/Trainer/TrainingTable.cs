using System.Text.Json;
using DuckDB.NET.Data;
using ModelServing.Registry;
using ModelServing.Sample;
using ModelServing.Sample.Simulation;

namespace ModelServing.Trainer;

/// <summary>The training table that <c>ms features export</c> writes: one row for each payment, with its features, and the views' digests
/// in the metadata.</summary>
internal static class TrainingTable
{
    /// <summary>The key in the metadata that has the views.</summary>
    internal const string ViewsKey = "modelserving.views";

    /// <summary>Reads the table and divides it by time.</summary>
    /// <exception cref="TrainerException">The file is not such a table.</exception>
    internal static TrainingData Read(string path)
    {
        if (!File.Exists(path))
            throw new TrainerException($"{path} does not exist");
        try
        {
            using var connection = new DuckDBConnection("DataSource=:memory:");
            connection.Open();
            using var command = connection.CreateCommand();
            var table = $"'{path.Replace("'", "''", StringComparison.Ordinal)}'";
            var views = ReadViews(command, table);
            var (training, evaluation) = ReadRows(command, table);
            return training.Count > 0 && evaluation.Count > 0
                ? new TrainingData(training, evaluation, views)
                : throw new TrainerException($"{path} has no rows of {SampleDataset.Training} or of {SampleDataset.Evaluation}");
        }
        catch (DuckDBException e)
        {
            throw new TrainerException($"{path} is not a training table: {e.Message}");
        }
    }

    private static List<ModelView> ReadViews(DuckDBCommand command, string table)
    {
        command.CommandText = $"SELECT decode(value) FROM parquet_kv_metadata({table}) WHERE decode(key) = '{ViewsKey}'";
        var views = command.ExecuteScalar() is string json
            ? JsonSerializer.Deserialize<List<ModelView>>(json, JsonSerializerOptions.Web) ?? []
            : throw new TrainerException($"{table} has no feature views in its metadata; 'ms features export' writes them");
        return SampleFeatures.Views.All(name => views.Any(view => view.View == name))
            ? views
            : throw new TrainerException($"{table} was not made with the views {string.Join(" and ", SampleFeatures.Views)}");
    }

    private static (List<TrainingRow> Training, List<TrainingRow> Evaluation) ReadRows(DuckDBCommand command, string table)
    {
        var start = CardSimulator.Start.ToUnixTimeMilliseconds() * 1000;
        var columns = string.Join(", ", SampleFeatures.Columns.Select(static column => $"CAST(\"{column}\" AS DOUBLE)"));
        // The order of the rows decides how sums are rounded in training.
        command.CommandText =
            $"SELECT (epoch_us(time) - {start}) // {Transaction.SecondsPerDay * 1_000_000L}, is_fraud, {columns} FROM " +
                $"read_parquet({table}) " +
                "ORDER BY transaction_id";
        command.UseStreamingMode = true;
        using var reader = command.ExecuteReader();
        var (training, evaluation) = (new List<TrainingRow>(), new List<TrainingRow>());
        while (reader.Read())
        {
            var day = (int)reader.GetInt64(0);
            if (!SampleDataset.Training.Contains(day) && !SampleDataset.Evaluation.Contains(day))
                continue;
            var features = new float[SampleFeatures.ColumnCount];
            for (var i = 0; i < features.Length; i++)
                features[i] = (float)reader.GetDouble(2 + i);
            (SampleDataset.Training.Contains(day) ? training : evaluation).Add(new TrainingRow(features, reader.GetBoolean(1)));
        }

        return (training, evaluation);
    }
}
