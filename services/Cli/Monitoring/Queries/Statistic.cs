using ModelServing.Contracts.Monitoring;

namespace ModelServing.Cli.Monitoring.Queries;

/// <summary>A statistic over the datapoints of a window. The count of a datapoint is its weight, as if it had been posted so many
/// times.</summary>
/// <param name="Name">The statistic's name.</param>
/// <param name="Compute">Computes the value of at least one datapoint.</param>
internal sealed record Statistic(string Name, Func<IReadOnlyList<MetricDatapoint>, double> Compute)
{
    internal static IReadOnlyList<Statistic> All { get; } =
    [
        new("mean", static points => points.Sum(static point => point.Value * point.Count) / Count(points)),
        new("sum", static points => points.Sum(static point => point.Value * point.Count)),
        new("count", Count),
        new("max", static points => points.Max(static point => point.Value)),
    ];

    private static double Count(IReadOnlyList<MetricDatapoint> points) => points.Sum(static point => (double)point.Count);
}
