namespace ModelServing.Bench.Routing;

/// <summary>A figure that was measured several times.</summary>
internal sealed record Spread(double Median, double Lowest, double Highest)
{
    internal static Spread From(IEnumerable<double> figures)
    {
        var sorted = figures.Order().ToArray();
        return new((sorted[sorted.Length / 2] + sorted[(sorted.Length - 1) / 2]) / 2, sorted[0], sorted[^1]);
    }
}
