using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using DuckDB.NET.Data;
using ModelServing.Features.Engine;
using ModelServing.Jobs.Progress;
using ModelServing.Registry;

namespace ModelServing.Jobs.Features;

/// <summary>Exports a training table: the given rows, each with the features of its entities as they were known at its time (a
/// point-in-time join). Start here.</summary>
/// <remarks>
/// <code>
/// 1 rows      checked, and kept in a DuckDB file
/// 2 events    from the event log, into the same file
/// 3 join      for each view: DuckDB sorts, the engine computes
/// 4 write     the rows and their features, in the order of the rows
/// </code>
/// </remarks>
/// <param name="store">The object store with the shipped events.</param>
/// <param name="progress">Shows the steps.</param>
internal sealed class FeatureExport(IObjectStore store, IStepProgress progress)
{
    /// <summary>The key in the file's metadata that has the views, in the form of <c>features.views</c> of <c>training.json</c>.</summary>
    internal const string MetadataKey = "modelserving.views";

    // A row group is in memory as a whole while it is written.
    private const int MostRowGroup = 60 * 2048;
    private const int LeastRowGroup = 2048;
    private const int MostCells = 2_000_000;

    private static readonly JsonSerializerOptions Plain =
        new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the table.</summary>
    /// <param name="request">What to export.</param>
    /// <param name="folder">A folder for temporary files, which the caller removes.</param>
    /// <param name="path">The file.</param>
    /// <param name="cancellation">Stops the export.</param>
    /// <exception cref="JobException">The rows are wrong, or the table can't be written.</exception>
    /// <exception cref="RegistryException">The object store fails.</exception>
    internal async Task<FeatureExportResult> WriteAsync(
        FeatureExportRequest request, string folder, string path, CancellationToken cancellation)
    {
        try
        {
            var engines = request.Views.Select(static view => new FeatureEngine(view)).ToList();
            using var database = new JobDatabase(folder, request.MemoryMegabytes);
            // 1
            progress.Begin("Reading rows");
            var file = RowsFile.Load(database, request.Rows, request.Time, request.Views, cancellation);
            progress.Begin("Checking rows", file.Count);
            var rows = StagedRows.Load(database, file, request.Shard, progress, cancellation);
            // 2
            using var events = new StagedEvents(database, engines, request.Shard, rows.Latest);
            await new EventSource(store, request.Events).StageAsync(events, database, progress, cancellation);
            // 3
            var joins = new List<ViewJoin>();
            foreach (var engine in engines)
            {
                progress.Begin($"Computing {engine.Definition.Id}", rows.Count);
                joins.Add(new ViewJoin(joins.Count, engine));
                joins[^1].Run(database, progress, cancellation);
            }

            // 4
            progress.Begin("Writing the table");
            Write(database, file, rows.Count, engines, joins, path, request.IsCsv, cancellation);
            return new FeatureExportResult(rows.Count, events.Count, events.Sequences.Missing, events.Unreadable);
        }
        catch (DuckDBException e)
        {
            cancellation.ThrowIfCancellationRequested();
            throw new JobException(
                JobExit.Failed,
                RowsFile.IsOutOfMemory(e)
                    ? $"the rows do not fit into the memory that this job may use; use --memory-mb: {JobDatabase.Explain(e)}"
                    : $"the table can't be computed: {JobDatabase.Explain(e)}",
                e);
        }
    }

    private static void Write(
        JobDatabase database, RowsFile file, long rows, List<FeatureEngine> engines, List<ViewJoin> joins, string path,
        bool isCsv, CancellationToken cancellation)
    {
        var input = RowsFile.Table;
        if (rows < file.Count)
        {
            input = "kept";
            var place = JobDatabase.Name(file.Place);
            database.Run(
                $"CREATE TABLE {input} AS SELECT * FROM {RowsFile.Table} SEMI JOIN {StagedRows.Table} " +
                    $"ON {RowsFile.Table}.{place} = {StagedRows.Table}.place ORDER BY {place}",
                cancellation);
        }

        List<string> selected = [.. file.Columns.Select(name => $"{input}.{JobDatabase.Name(name)}")];
        for (var view = 0; view < joins.Count; view++)
        {
            var (definition, table) = (engines[view].Definition, joins[view].Table);
            for (var i = 0; i < definition.Features.Count; i++)
            {
                var name = JobDatabase.Name(FeatureColumns.NameOf(definition, definition.Features[i].Name));
                selected.Add($"{table}.{ViewJoin.Feature(i)} AS {name}");
            }

            selected.Add(
                $"CASE {table}.status WHEN {(int)FeatureStatus.Present} THEN 'present' WHEN {(int)FeatureStatus.Missing} THEN 'missing' " +
                    $"ELSE 'expired' END AS {JobDatabase.Name(FeatureColumns.StatusOf(definition))}");
        }

        // All tables have the same rows in the same order.
        var from = string.Join(" POSITIONAL JOIN ", joins.Select(static join => join.Table).Prepend(input));
        var form = isCsv ? "FORMAT csv, HEADER" : string.Create(
            CultureInfo.InvariantCulture,
            $"FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {Math.Clamp(MostCells / selected.Count, LeastRowGroup, MostRowGroup)}, " +
                $"KV_METADATA {{{JobDatabase.Text(MetadataKey)}: {JobDatabase.Text(ViewsOf(engines))}}}");
        database.Run(
            $"COPY (SELECT {string.Join(", ", selected)} FROM {from}) TO {JobDatabase.Text(path)} ({form})", cancellation);
    }

    /// <summary>The views as <c>features.views</c> of <c>training.json</c>.</summary>
    internal static string ViewsOf(IEnumerable<FeatureEngine> engines) => JsonSerializer.Serialize(
        engines.Select(static engine => new ModelView(engine.Definition.View.Text, engine.Definition.Version, engine.Digest)), Plain);
}
