using System.Runtime.Intrinsics;

namespace ModelServing.Rollout.Guard;

/// <summary>
/// The mixture over rate ratios that makes up the evidence of one copy, for failures at one share w of the traffic. If the watched variant
/// fails r times as often as stable, a failure is the watched variant's with probability q(r) = w r / (w r + 1 - w). For C failures of the
/// watched variant and S of stable, the mixture is the mean of [q(r_k) / q(r0)]^C [(1 - q(r_k)) / (1 - q(r0))]^S over r_k = r0 * 1.2 *
/// (1000 / 1.2)^(k / 23), k = 0 .. 23. Each r_k is above r0, so the product falls on average for every true ratio up to r0.
/// </summary>
/// <remarks>All values are natural logarithms, so that no count is too large.</remarks>
internal sealed class RatioMixture
{
    internal const int Ratios = 24;

    private const double Lowest = 1.2;
    private const double Highest = 1000;
    // e to this power is negligible beside 1. Below it, the vectorized exponential falls back to one element at a time.
    private const double Least = -700;

    private readonly double[] watched = new double[Ratios];
    private readonly double[] other = new double[Ratios];

    /// <param name="share">w, above 0 and below 1.</param>
    /// <param name="tolerance">r0, above 0.</param>
    internal RatioMixture(double share, double tolerance)
    {
        for (var k = 0; k < Ratios; k++)
        {
            // This is ln(r_k / r0). Then (1 - q(r_k)) / (1 - q(r0)) = (w r0 + 1 - w) / (w r_k + 1 - w), and q(r_k) / q(r0) is r_k / r0
            // times that.
            var ratio = Math.Log(Lowest) + Math.Log(Highest / Lowest) * k / (Ratios - 1);
            other[k] = Math.Log(share * tolerance + 1 - share) - Math.Log(share * tolerance * Math.Exp(ratio) + 1 - share);
            watched[k] = ratio + other[k];
        }
    }

    /// <summary>Adds the logarithm of each ratio's product over a segment's failures to <paramref name="products"/>.</summary>
    internal void Add(long watchedCount, long otherCount, Span<double> products)
    {
        var (ofWatched, ofOther) = (Vector256.Create((double)watchedCount), Vector256.Create((double)otherCount));
        for (var k = 0; k < Ratios; k += Vector256<double>.Count)
        {
            var product = ofWatched * Vector256.Create(watched, k)
                + ofOther * Vector256.Create(other, k)
                + Vector256.Create<double>(products[k..]);
            product.CopyTo(products[k..]);
        }
    }

    /// <summary>The logarithm of the mean of the ratios' products.</summary>
    internal static double LogMean(ReadOnlySpan<double> products)
    {
        // Relative to the greatest product, so that nothing overflows. The guard spends most of its time on these exponentials.
        var greatest = double.NegativeInfinity;
        foreach (var product in products)
            greatest = product > greatest ? product : greatest;
        var sum = Vector256<double>.Zero;
        for (var k = 0; k < Ratios; k += Vector256<double>.Count)
            sum += Vector256.Exp(Vector256.Max(Vector256.Create(products[k..]) - Vector256.Create(greatest), Vector256.Create(Least)));
        return greatest + Math.Log(Vector256.Sum(sum) / Ratios);
    }
}
