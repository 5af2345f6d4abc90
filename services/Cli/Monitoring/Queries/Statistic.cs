using ModelServing.Contracts.Monitoring;

namespace ModelServing.Cli.Monitoring.Queries;

/// <summary>What becomes of the datapoints of a window. A datapoint's count is its weight, as if it had been posted so often.</summary>
/// <param name="Name">The statistic's name.</param>
/// <param name="Of">Its value, of at least one datapoint.</param>
internal sealed record Statistic(string Name, Func<IReadOnlyList<MetricDatapoint>, double> Of)
{
    /// <summary>The statistics without an argument.</summary>
    internal static IReadOnlyList<Statistic> All { get; } =
    [
        new("mean", Mean),
        new("avg", Mean),
        new("sum", static points => points.Sum(static point => point.Value * point.Count)),
        new("count", Count),
        new("max", static points => points.Max(static point => point.Value)),
        new("min", static points => points.Min(static point => point.Value)),
        new("first", static points => points.MinBy(static point => point.Timestamp)!.Value),
        new("last", static points => points.MaxBy(static point => point.Timestamp)!.Value),
    ];

    /// <summary>The least value that a share of the datapoints does not exceed.</summary>
    /// <param name="share">The share, above 0 and below 1.</param>
    internal static Statistic Percentile(double share) => new("percentile", points =>
    {
        var needed = share * Count(points);
        var ordered = points.OrderBy(static point => point.Value).ToList();
        long seen = 0;
        foreach (var point in ordered)
        {
            seen += point.Count;
            if (seen >= needed)
                return point.Value;
        }

        return ordered[^1].Value;
    });

    private static double Mean(IReadOnlyList<MetricDatapoint> points) => points.Sum(static point => point.Value * point.Count) / Count(points);

    private static double Count(IReadOnlyList<MetricDatapoint> points) => points.Sum(static point => (double)point.Count);
}
