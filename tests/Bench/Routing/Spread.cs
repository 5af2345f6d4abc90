namespace ModelServing.Bench.Routing;

/// <summary>The spread of a figure over several measurements.</summary>
internal sealed record Spread(double Median, double Lowest, double Highest)
{
    internal static Spread From(IEnumerable<double> figures)
    {
        var sorted = figures.Order().ToArray();
        return new((sorted[sorted.Length / 2] + sorted[(sorted.Length - 1) / 2]) / 2, sorted[0], sorted[^1]);
    }
}
