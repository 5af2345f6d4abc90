using ModelServing.Features.Definitions;

namespace ModelServing.Jobs.Features;

/// <summary>What to export.</summary>
/// <param name="Rows">The file with the rows.</param>
/// <param name="Time">The column with the times of reading.</param>
/// <param name="Views">The views, each name once.</param>
/// <param name="Events">The folder of the event log on this machine; null if there is no such folder.</param>
/// <param name="Shard">The entities of the first view whose rows are exported.</param>
/// <param name="MemoryMegabytes">The memory for rows and events, in megabytes.</param>
internal sealed record FeatureExportRequest(
    string Rows, string Time, IReadOnlyList<ViewDefinition> Views, string? Events, EntityShard Shard, int MemoryMegabytes)
{
    /// <summary>Whether the table is a CSV file, which has no metadata. Otherwise it is a Parquet file.</summary>
    internal bool IsCsv { get; init; }

    /// <summary>Whether a file's name asks for CSV.</summary>
    internal static bool IsCsvName(string path) => Path.GetExtension(path).Equals(".csv", StringComparison.OrdinalIgnoreCase);
}
