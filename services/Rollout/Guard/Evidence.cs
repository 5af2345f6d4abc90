namespace ModelServing.Rollout.Guard;

/// <summary>
/// The evidence against the watched variant, as its natural logarithm: the sum over copies j of copy_j / (j (j + 1)). The evidence starts
/// at 1. For a version that fails at most as often as tolerated, it ever reaches x with a probability of at most 1 / x, however long the
/// version is watched. Dropped copies are left out, which only loses evidence; copies that have not started count as 1 each.
/// </summary>
internal sealed class Evidence
{
    private readonly double[] copies;
    private readonly int lastMinute;

    private Evidence(double[] copies, int lastMinute)
    {
        this.copies = copies;
        this.lastMinute = lastMinute;
        // Relative to the greatest copy, so that nothing overflows. A copy that has not started is worth 1.
        var greatest = 0.0;
        foreach (var copy in copies)
            greatest = Math.Max(greatest, copy);
        // The weights of all copies from minute n + 1 on add up to 1 / (n + 1).
        var sum = Math.Exp(-greatest) / (lastMinute + 1.0);
        for (var copy = 0; copy < copies.Length; copy++)
            sum += Math.Exp(copies[copy] - greatest) * WeightOf(copy);
        Log = greatest + Math.Log(sum);
    }

    internal double Log { get; }

    /// <summary>The logarithm of a copy's part of the evidence.</summary>
    internal double LogPart(int copy) => copies[copy] + Math.Log(WeightOf(copy));

    /// <summary>Computes the evidence of a kind that is compared with stable, against a tolerated ratio of rates.</summary>
    internal static Evidence Relative(GuardCounts counts, GuardKind kind, double tolerance)
    {
        var (watchedRow, stableRow) = (GuardCounts.RowOf(kind, isWatched: true), GuardCounts.RowOf(kind, isWatched: false));
        var shares = counts.Segments;
        var seen = new List<(RatioMixture Mixture, CopyTable Table)>(shares.Count);
        for (var i = 0; i < shares.Count; i++)
        {
            var table = counts.Segment(i);
            if (table.Row(watchedRow) is not null || table.Row(stableRow) is not null)
                seen.Add((new RatioMixture(shares[i].Fraction, tolerance), table));
        }

        Span<double> products = stackalloc double[RatioMixture.Ratios];
        var copies = new double[counts.Copies];
        for (var copy = 0; copy < copies.Length; copy++)
        {
            // If failures are rare, most copies saw the same.
            if (copy > 0 && SawSame(copy))
            {
                copies[copy] = copies[copy - 1];
                continue;
            }

            products.Clear();
            foreach (var (mixture, table) in seen)
            {
                var (watched, stable) = (table.At(watchedRow, copy), table.At(stableRow, copy));
                // Most copies are younger than most segments.
                if (watched != 0 || stable != 0)
                    mixture.Add(watched, stable, products);
            }

            copies[copy] = RatioMixture.LogMean(products);
        }

        return new Evidence(copies, counts.LastMinute);

        bool SawSame(int copy)
        {
            foreach (var (_, table) in seen)
            {
                if (!table.SameAsBefore(watchedRow, copy) || !table.SameAsBefore(stableRow, copy))
                    return false;
            }

            return true;
        }
    }

    /// <summary>Computes the evidence of the watched variant's own failures, against a tolerated share of its first attempts.</summary>
    /// <param name="maxErrorRate">The tolerated share, above 0 and below 1.</param>
    /// <param name="onlyWhole">Whether to use only the time in which the watched variant had all of the traffic.</param>
    internal static Evidence Rate(GuardCounts counts, double maxErrorRate, bool onlyWhole)
    {
        var mixture = new RatioMixture(maxErrorRate, tolerance: 1);
        Span<double> products = stackalloc double[RatioMixture.Ratios];
        var copies = new double[counts.Copies];
        for (var copy = 0; copy < copies.Length; copy++)
        {
            var (failures, others) = onlyWhole ? counts.WholeRateAt(copy) : counts.RateAt(copy);
            products.Clear();
            mixture.Add(failures, others, products);
            copies[copy] = RatioMixture.LogMean(products);
        }

        return new Evidence(copies, counts.LastMinute);
    }

    private double WeightOf(int copy)
    {
        double start = CopyWindow.StartOf(copy, lastMinute);
        return 1 / (start * (start + 1));
    }
}
