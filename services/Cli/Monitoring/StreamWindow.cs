using ModelServing.Contracts.Monitoring;

namespace ModelServing.Cli.Monitoring;

/// <summary>What a window shows of a stream.</summary>
/// <param name="Dimensions">The stream.</param>
/// <param name="Points">Its datapoints in the window.</param>
/// <param name="Last">When the last datapoint before the window's end was; null for never.</param>
internal sealed record StreamWindow(Dimensions Dimensions, IReadOnlyList<MetricDatapoint> Points, DateTimeOffset? Last);
