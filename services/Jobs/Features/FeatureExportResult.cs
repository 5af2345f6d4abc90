namespace ModelServing.Jobs.Features;

/// <summary>What an export did.</summary>
/// <param name="Rows">The rows of the table.</param>
/// <param name="Events">The events that it was computed from.</param>
/// <param name="Missing">The events that are missing in the log.</param>
/// <param name="Unreadable">The records of the log that are not events which this program can read.</param>
internal sealed record FeatureExportResult(long Rows, long Events, long Missing, long Unreadable);
