using System.Globalization;
using DuckDB.NET.Data;
using ModelServing.Contracts.Predictions;
using ModelServing.Predictions.Reading;
using ModelServing.Predictions.Records;

namespace ModelServing.Jobs.Export;

/// <summary>The rows of an export in a DuckDB file, until all columns are known. Then they become a Parquet file. DuckDB keeps to a limit
/// of memory, and uses the folder for what is beyond it.</summary>
internal sealed class StagedRows : IDisposable
{
    // A row group is in memory as a whole while it is written, more than once.
    private const int GroupShare = 16;

    private const int LeastRowGroup = 2048;
    private const int MostRowGroup = 60 * LeastRowGroup;

    private readonly DuckDBConnection connection;
    private readonly TensorColumns columns = new();
    private readonly long groupBytes;
    private long bytes;

    private StagedRows(DuckDBConnection connection, int megabytes)
    {
        this.connection = connection;
        groupBytes = megabytes * (1024L * 1024) / GroupShare;
    }

    internal long Count { get; private set; }

    /// <summary>Creates an empty file in a folder of its own.</summary>
    internal static StagedRows Create(string folder, int megabytes)
    {
        var connection = new DuckDBConnection(string.Create(
            CultureInfo.InvariantCulture,
            $"Data Source=:memory:;memory_limit={megabytes}MB;threads=1"));
        try
        {
            connection.Open();
            var rows = new StagedRows(connection, megabytes);
            rows.Run($"SET temp_directory = {Quoted(Path.Combine(folder, "spill"), '\'')}");
            // Each checkpoint writes the last group again, and needs memory beside the limit for all of it. By default it has 122,880 rows.
            rows.Run(string.Create(
                CultureInfo.InvariantCulture,
                $"ATTACH {Quoted(Path.Combine(folder, "rows.duckdb"), '\'')} AS staged (ROW_GROUP_SIZE {LeastRowGroup})"));
            rows.Run("USE staged");
            rows.Run($"CREATE TABLE rows ({string.Join(", ", ExportColumns.All.Select(static one => $"{one.Name} {one.SqlType}"))})");
            return rows;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public void Dispose() => connection.Dispose();

    /// <summary>Adds records with their outcomes.</summary>
    internal void Add(IReadOnlyList<PredictionRecord> records, IReadOnlyDictionary<string, Outcome> outcomes)
    {
        // A column must be there before rows are appended.
        var rows = records.Select(record => (Record: record, Tensors: Prepare(record))).ToList();
        using var appender = connection.CreateAppender("rows");
        foreach (var (record, tensors) in rows)
        {
            var row = appender.CreateRow();
            ExportColumns.Append(row, record, outcomes.GetValueOrDefault(record.RequestId));
            foreach (var column in columns.InOrder)
            {
                if (tensors.TryGetValue(column, out var cell))
                    cell.AppendTo(row, column);
                else
                    TensorCell.AppendNull(row, column);
            }

            row.EndRow();
            Count++;
            bytes += record.CalculateSize();
        }
    }

    /// <summary>Writes all rows into a Parquet file.</summary>
    internal async Task WriteAsync(string path, CancellationToken cancellation)
    {
        var selected = ExportColumns.All.Select(static one => one.Name).ToList();
        foreach (var (column, name) in columns.Names(selected))
        {
            if (column.Datatype is null)
            {
                selected.Add($"{column.StagedName} AS {Quoted(name, '"')}");
            }
            else if (column.IsScalar)
            {
                selected.Add($"{column.StagedName}[1] AS {Quoted(name, '"')}");
            }
            else
            {
                selected.Add($"{column.StagedName} AS {Quoted(name, '"')}");
                selected.Add($"{column.StagedShape} AS {Quoted(name + "_shape", '"')}");
            }
        }

        var group = Count == 0 ? MostRowGroup : Math.Clamp(groupBytes / Math.Max(1, bytes / Count), LeastRowGroup, MostRowGroup);
        // DuckDB ends a group only after whole vectors of this many rows, so it would round up.
        group -= group % LeastRowGroup;
        await using var command = connection.CreateCommand();
        command.CommandText = string.Create(
            CultureInfo.InvariantCulture,
            $"COPY (SELECT {string.Join(", ", selected)} FROM rows) TO {Quoted(path, '\'')} "
                + $"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {group})");
        await using var registration = cancellation.Register(command.Cancel);
        try
        {
            await Task.Run(command.ExecuteNonQuery, CancellationToken.None);
        }
        catch (Exception) when (cancellation.IsCancellationRequested)
        {
            cancellation.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Turns DuckDB's error into the job's.</summary>
    internal static JobException Explain(DuckDBException e) => new(
        JobExit.Failed,
        e.Message.Contains("Out of Memory", StringComparison.OrdinalIgnoreCase)
            ? $"the rows do not fit into the memory that this job may use; use --memory-mb, or a shorter range: {FirstLine(e)}"
            : $"the rows can't be written: {FirstLine(e)}",
        e);

    private static string FirstLine(DuckDBException e) => e.Message.Split('\n')[0];

    private Dictionary<TensorColumn, TensorCell> Prepare(PredictionRecord record)
    {
        var cells = new Dictionary<TensorColumn, TensorCell>();
        foreach (var (kind, tensors) in ((string, IEnumerable<RecordedTensor>)[])[("input", record.Inputs), ("output", record.Outputs)])
        {
            foreach (var tensor in tensors)
            {
                if (tensor.Omitted.Length == 0 && RecordedElements.Decode(tensor) is { } elements)
                {
                    var column = columns.ForData(kind, tensor, AddColumn);
                    column.Saw(elements.Length);
                    cells[column] = new TensorCell(elements, [.. tensor.Shape], null);
                }
                else
                {
                    cells[columns.ForOmitted(kind, tensor, AddColumn)] = new TensorCell(null, [], TensorCell.WhyOmitted(tensor));
                }
            }
        }

        return cells;
    }

    private void AddColumn(TensorColumn column)
    {
        Run($"ALTER TABLE rows ADD COLUMN {column.StagedName} {column.SqlType}{(column.Datatype is null ? "" : "[]")}");
        if (column.StagedShape is { } shape)
            Run($"ALTER TABLE rows ADD COLUMN {shape} BIGINT[]");
    }

    private void Run(string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static string Quoted(string text, char quote) =>
        $"{quote}{text.Replace($"{quote}", $"{quote}{quote}", StringComparison.Ordinal)}{quote}";
}
