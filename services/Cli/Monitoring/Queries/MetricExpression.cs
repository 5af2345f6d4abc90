namespace ModelServing.Cli.Monitoring.Queries;

/// <summary>A metric's datapoints in an interval, as one number for each stream or group of streams.</summary>
/// <param name="Metric">The metric's name.</param>
/// <param name="Interval">The interval, in whole minutes.</param>
/// <param name="Filters">What the dimensions have to be.</param>
/// <param name="GroupBy">The dimensions that make a group; none merges all streams; null leaves each by itself.</param>
/// <param name="Statistic">What becomes of the datapoints.</param>
/// <param name="Text">The expression as it was written.</param>
internal sealed record MetricExpression(string Metric, TimeSpan Interval, IReadOnlyList<DimensionFilter> Filters, IReadOnlyList<string>? GroupBy, Statistic Statistic, string Text);
