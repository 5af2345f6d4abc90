using System.Globalization;
using DuckDB.NET.Data;
using Microsoft.Extensions.Logging.Abstractions;
using ModelServing.Contracts;
using ModelServing.Features.Definitions;
using ModelServing.Features.Events;
using ModelServing.Features.Events.Log;
using ModelServing.Jobs.Export;
using ModelServing.Jobs.Features;
using ModelServing.Jobs.Progress;
using ModelServing.Registry;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Jobs.Features;

/// <summary>An event log on a volume and in a bucket, and exports from it.</summary>
internal sealed class SomeJoin : IDisposable
{
    internal TemporaryFolder Volume { get; } = new();

    internal TemporaryFolder Bucket { get; } = new();

    internal TemporaryFolder Out { get; } = new();

    internal IObjectStore Store => RegistryLocation.Open("file:" + Bucket.FullPath);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        Volume.Dispose();
        Bucket.Dispose();
        Out.Dispose();
    }

    /// <summary>Appends events to the log. Either they stay on the volume, or they are shipped and leave it.</summary>
    internal async Task AppendAsync(IEnumerable<FeatureEvent> events, bool ship)
    {
        var options = new EventLogOptions(Volume.FullPath, SpoolMode.Process, 1024 * 1024 * 1024);
        using var log = await EventLog.OpenAsync(options, Store, TimeProvider.System, NullLogger.Instance, Token);
        var buffer = new byte[EventFormat.MostBytes];
        foreach (var one in events)
            Assert.Equal(ModelServing.Spool.Appended.Kept, log.Append(buffer.AsSpan(0, EventFormat.Write(one, buffer)), out _));
        log.Close();
        if (!ship)
            return;
        await log.ShipAllAsync(Token);
        foreach (var segment in Directory.EnumerateFiles(Volume.FullPath, "*.log"))
            File.Delete(segment);
    }

    internal string WriteCsv(string text, string name = "rows.csv")
    {
        File.WriteAllText(Out.Combine(name), text);
        return Out.Combine(name);
    }

    /// <summary>Writes rows as Parquet, from the VALUES of a statement.</summary>
    internal string WriteParquet(string columns, IEnumerable<string> values, string name = "rows.parquet")
    {
        Query($"COPY (SELECT * FROM (VALUES {string.Join(", ", values)}) AS t({columns})) TO '{Out.Combine(name)}' (FORMAT parquet)");
        return Out.Combine(name);
    }

    /// <summary>Exports a table and returns its path.</summary>
    internal async Task<string> ExportAsync(
        string rows, IReadOnlyList<ViewDefinition> views, string name = "table.parquet", EntityShard? shard = null, string time = "time")
    {
        var request = new FeatureExportRequest(rows, time, views, Volume.FullPath, shard ?? EntityShard.Whole, 256)
        {
            IsCsv = FeatureExportRequest.IsCsvName(name),
        };
        await ExportDestination.ToFileAsync(
            Out.Combine(name),
            async folder =>
            {
                Last = await new FeatureExport(Store, new StepLines(TextWriter.Null))
                    .WriteAsync(request, folder.FullPath, folder.File, Token);
                return Last.Rows;
            });
        return Out.Combine(name);
    }

    /// <summary>What the last export did.</summary>
    internal FeatureExportResult? Last { get; private set; }

    /// <summary>Reads all rows of a query, each as its values by the names of their columns.</summary>
    internal static List<Dictionary<string, object?>> Query(string sql)
    {
        using var connection = new DuckDBConnection("Data Source=:memory:");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<Dictionary<string, object?>>();
        while (reader.Read())
        {
            rows.Add(Enumerable.Range(0, reader.FieldCount).ToDictionary(
                reader.GetName, index => reader.IsDBNull(index) ? null : reader.GetValue(index)));
        }

        return rows;
    }

    internal static string Sql(double number) =>
        double.IsNaN(number) ? "NULL::DOUBLE" : number.ToString("R", CultureInfo.InvariantCulture) + "::DOUBLE";
}
