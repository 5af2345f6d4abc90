using System.Collections;
using System.Globalization;
using System.Runtime.CompilerServices;
using DuckDB.NET.Data;
using Google.Protobuf;
using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;
using ModelServing.Jobs.Features;
using ModelServing.Predictions.Records;

namespace ModelServing.Jobs.Replays;

/// <summary>The requests of a Parquet file that <c>ms predictions export</c> wrote. DuckDB sorts and streams them, so memory does not grow
/// with the file.</summary>
/// <param name="path">The file.</param>
/// <param name="model">The model whose requests are read.</param>
/// <param name="folder">A folder for temporary files.</param>
/// <param name="megabytes">The memory that DuckDB may use.</param>
internal sealed class SampledRequests(string path, ModelName model, string folder, int megabytes) : IReplaySource
{
    private const string Shape = "_shape";
    private const string Omitted = "_omitted";

    public string Location => path;

    /// <exception cref="JobException">The file is not an export.</exception>
    public async IAsyncEnumerable<(PredictionRecord Record, Outcome? Outcome)> ReadAsync(
        long most, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (!File.Exists(path))
            throw new JobException(JobExit.WrongInput, $"--sample: the file does not exist: {path}");
        await Task.CompletedTask;
        using var database = new JobDatabase(folder, megabytes);
        var file = $"read_parquet({JobDatabase.Text(path)})";
        List<(string Name, string Type)> columns;
        IEnumerable<DuckDBDataReader> rows;
        try
        {
            columns = database.Describe($"SELECT * FROM {file}");
            rows = database.Stream(string.Create(
                CultureInfo.InvariantCulture,
                $"""
                SELECT request_id, epoch_us("time"), version, outcome, outcome_text, epoch_us(outcome_observed_at),
                  {string.Join(", ", columns.Select(static column => JobDatabase.Name(column.Name)))}
                FROM {file} WHERE model = {JobDatabase.Text(model.Text)} AND status BETWEEN 200 AND 299 AND NOT comparison
                  AND attempt < {PredictionAttempts.NoAnswer}
                ORDER BY "time" DESC, request_id LIMIT {most}
                """));
        }
        catch (DuckDBException e)
        {
            throw NotAnExport(e);
        }

        using var reading = rows.GetEnumerator();
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                if (!reading.MoveNext())
                    yield break;
            }
            catch (DuckDBException e)
            {
                throw NotAnExport(e);
            }

            yield return (RecordOf(reading.Current, columns), OutcomeOf(reading.Current));
        }
    }

    private JobException NotAnExport(DuckDBException e) =>
        new(JobExit.WrongInput, $"--sample: {path} is not an export of predictions: {JobDatabase.Explain(e)}", e);

    private PredictionRecord RecordOf(DuckDBDataReader row, List<(string Name, string Type)> columns)
    {
        const int First = 6;
        var record = new PredictionRecord
        {
            RequestId = row.GetString(0),
            Time = row.GetInt64(1),
            Version = row.GetInt32(2),
            Model = model.Text,
        };
        foreach (var (index, (name, type)) in columns.Index())
        {
            var (tensors, tensor) = name.StartsWith("input_", StringComparison.Ordinal) ? (record.Inputs, name["input_".Length..])
                : name.StartsWith("output_", StringComparison.Ordinal) ? (record.Outputs, name["output_".Length..])
                : (null, "");
            if (tensors is null || row.IsDBNull(First + index) || IsShape(name, columns))
                continue;
            var value = row.GetValue(First + index);
            if (tensor.EndsWith(Omitted, StringComparison.Ordinal) && value is string why)
            {
                tensors.Add(new RecordedTensor { Name = tensor[..^Omitted.Length], Omitted = why });
                continue;
            }

            var shape = columns.FindIndex(column => column.Name == name + Shape);
            long[] lengths = shape < 0 ? [1] : [.. ((IEnumerable)row.GetValue(First + shape)).Cast<long>()];
            if (RecordedBytes.From(type.TrimEnd('[', ']'), value) is var (datatype, data))
            {
                tensors.Add(new RecordedTensor
                {
                    Name = tensor,
                    Datatype = datatype,
                    Shape = { lengths },
                    Data = ByteString.CopyFrom(data),
                });
            }
        }

        return record;
    }

    private static bool IsShape(string name, List<(string Name, string Type)> columns) =>
        name.EndsWith(Shape, StringComparison.Ordinal) && columns.Exists(column => column.Name == name[..^Shape.Length]);

    // In an export, true and false are 1 and 0.
    private static Outcome? OutcomeOf(DuckDBDataReader row)
    {
        OutcomeValue? value = !row.IsDBNull(4) ? OutcomeValue.FromText(row.GetString(4))
            : !row.IsDBNull(3) ? OutcomeValue.FromNumber(row.GetDouble(3))
            : null;
        return value is null ? null : new Outcome(
            row.GetString(0), value.Value, row.IsDBNull(5) ? null : DateTimeOffset.UnixEpoch.AddMicroseconds(row.GetInt64(5)));
    }
}
