namespace ModelServing.Rollout.Guard;

/// <summary>
/// What counts say against the watched variant, as the natural logarithm of the evidence: the sum over copies j of copy_j / (j (j + 1)).
/// It starts at 1, and reaches x with a probability of at most 1 / x however long a version is watched that fails at most as often as is
/// tolerated. Copies that have been dropped are left out, which only loses evidence; those that have not begun are still worth 1 each.
/// </summary>
internal sealed class Evidence
{
    private Evidence(double log, double[] copies) => (Log, Copies) = (log, copies);

    /// <summary>The logarithm of the evidence.</summary>
    internal double Log { get; }

    /// <summary>The logarithm of each kept copy's part in it.</summary>
    internal IReadOnlyList<double> Copies { get; }

    /// <summary>Of one relative kind, against a tolerated ratio of rates.</summary>
    internal static Evidence Relative(GuardCounts counts, GuardKind kind, double tolerance)
    {
        var (watchedRow, stableRow) = (GuardCounts.RowOf(kind, isWatched: true), GuardCounts.RowOf(kind, isWatched: false));
        var seen = new List<(RatioMixture Mixture, CopyTable Table)>(counts.Segments.Count);
        for (var i = 0; i < counts.Segments.Count; i++)
        {
            var table = counts.Segment(i);
            if (table.Row(watchedRow) is not null || table.Row(stableRow) is not null)
                seen.Add((new RatioMixture(counts.Segments[i].Fraction, tolerance), table));
        }

        Span<double> products = stackalloc double[RatioMixture.Ratios];
        var copies = new double[counts.Copies];
        for (var copy = 0; copy < copies.Length; copy++)
        {
            // Where failures are rare most copies saw the same.
            if (copy > 0 && seen.TrueForAll(one => one.Table.SameAsBefore(watchedRow, copy) && one.Table.SameAsBefore(stableRow, copy)))
            {
                copies[copy] = copies[copy - 1];
                continue;
            }

            products.Clear();
            foreach (var (mixture, table) in seen)
                mixture.Add(table.At(watchedRow, copy), table.At(stableRow, copy), products);
            copies[copy] = RatioMixture.LogMean(products);
        }

        return OfCopies(copies, counts.LastMinute);
    }

    /// <summary>Of the watched variant's own failures, against a tolerated share of its first attempts.</summary>
    /// <param name="counts">The counts.</param>
    /// <param name="maxErrorRate">The tolerated share, above 0 and below 1.</param>
    /// <param name="onlyWhole">Looks only at what happened while the watched variant had all of the traffic.</param>
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

        return OfCopies(copies, counts.LastMinute);
    }

    private static Evidence OfCopies(double[] copies, int lastMinute)
    {
        for (var copy = 0; copy < copies.Length; copy++)
        {
            double start = CopyWindow.StartOf(copy, lastMinute);
            copies[copy] -= Math.Log(start) + Math.Log(start + 1);
        }

        // The weights of all copies from minute n + 1 on add up to 1 / (n + 1).
        return new Evidence(RatioMixture.LogSum([.. copies, -Math.Log(lastMinute + 1.0)]), copies);
    }
}
