using ModelServing.Contracts.Monitoring;

namespace ModelServing.Cli.Monitoring;

/// <summary>A stream within a window of time.</summary>
/// <param name="Dimensions">The stream.</param>
/// <param name="Points">The datapoints in the window.</param>
/// <param name="Last">The time of the last datapoint before the window's end; null if there was none.</param>
internal sealed record StreamWindow(Dimensions Dimensions, IReadOnlyList<MetricDatapoint> Points, DateTimeOffset? Last);
