namespace ModelServing.Cli.Monitoring.Queries;

/// <summary>A metric's datapoints in an interval, as one number for each stream or group of streams.</summary>
/// <param name="Metric">The metric's name.</param>
/// <param name="Interval">The interval, in whole minutes.</param>
/// <param name="Filters">The values that dimensions must have.</param>
/// <param name="GroupBy">The dimensions of a group; an empty list merges all streams, null keeps each stream separate.</param>
/// <param name="Statistic">The statistic over the datapoints.</param>
/// <param name="Text">The expression's text.</param>
internal sealed record MetricExpression(
    string Metric,
    TimeSpan Interval,
    IReadOnlyList<DimensionFilter> Filters,
    IReadOnlyList<string>? GroupBy,
    Statistic Statistic,
    string Text);
