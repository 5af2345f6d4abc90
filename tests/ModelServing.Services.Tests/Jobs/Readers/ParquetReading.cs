using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json.Nodes;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Jobs.Readers;

/// <summary>A Parquet file as independent readers see it.</summary>
internal sealed class ParquetReading
{
    private static readonly string Folder = Repository.Combine("tests", "ModelServing.Services.Tests", "Jobs", "Readers");

    private readonly JsonNode json;

    private ParquetReading(JsonNode json) => this.json = json;

    /// <summary>The columns as DuckDB names their types, as in <c>amount FLOAT</c>.</summary>
    internal IReadOnlyList<string> Columns => [.. json["columns"]!.AsArray().Select(static one => $"{one!["name"]} {one["type"]}")];

    internal IReadOnlyList<JsonObject> Rows => [.. json["rows"]!.AsArray().Select(static row => row!.AsObject())];

    /// <summary>The number of row groups, for the reader that tells.</summary>
    internal int Groups => (int)json["groups"]!;

    internal static void SkipUnlessInstalled()
    {
        Assert.SkipUnless(CanRun("node"), "node is not installed: sudo apt-get install -y --no-install-recommends nodejs npm");
        Assert.SkipUnless(
            File.Exists(Path.Combine(Folder, "node_modules", ".package-lock.json")),
            $"the readers are not installed: npm ci --prefix {Folder}");
    }

    internal static ParquetReading ByDuckDb(string file) => Read("duckdb", file);

    internal static ParquetReading ByHyparquet(string file, params string[] columns) => Read("hyparquet", file, columns);

    /// <summary>The values of a column.</summary>
    internal IEnumerable<string?> Column(string name) => Rows.Select(row => row.ContainsKey(name)
        ? row[name]?.ToJsonString().Trim('"')
        : throw new KeyNotFoundException($"there is no column {name}; the columns are {string.Join(", ", Columns)}"));

    private static ParquetReading Read(string reader, string file, params string[] columns)
    {
        using var process = Process.Start(new ProcessStartInfo("node", ["read.mjs", reader, file, .. columns])
        {
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors.Result);
        return new ParquetReading(JsonNode.Parse(output)!);
    }

    private static bool CanRun(string program)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, ["--version"]) { RedirectStandardOutput = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
