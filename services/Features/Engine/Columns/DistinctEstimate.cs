namespace ModelServing.Features.Engine.Columns;

/// <summary>
/// The size of a set from its registers: the improved raw estimator of Otmar Ertl, "New cardinality estimation algorithms for HyperLogLog
/// sketches" (arXiv:1702.01284, algorithm 6), which needs no tables and no corrections. It uses only operations that IEEE 754 rounds
/// correctly, so the result has the same bits on every processor.
/// </summary>
internal static class DistinctEstimate
{
    // 1 / (2 ln 2)
    private const double Alpha = 0.72134752044448170;

    // What the registers that no value uses add, by their number.
    private static readonly double[] Unused =
        [.. Enumerable.Range(0, DistinctSketch.Registers).Select(static unused => TermOf(unused, DistinctSketch.Registers))];

    internal static long From(ReadOnlySpan<byte> registers)
    {
        Span<int> histogram = stackalloc int[DistinctSketch.MaxRank + 1];
        histogram.Clear();
        foreach (var rank in registers)
            histogram[rank]++;
        return From(histogram, histogram[..DistinctSketch.MaxRank].LastIndexOfAnyExcept(0), registers.Length);
    }

    /// <summary>The size from the number of registers of each rank.</summary>
    /// <param name="histogram">The numbers, by rank.</param>
    /// <param name="largest">The largest rank that is used, or a larger one.</param>
    /// <param name="registers">The number of registers.</param>
    internal static long From(ReadOnlySpan<int> histogram, int largest, int registers)
    {
        double count = registers;
        if (histogram[0] == registers)
            return 0;
        var rank = DistinctSketch.MaxRank - 1;
        var sum = 0.0;
        if (histogram[DistinctSketch.MaxRank] > 0)
            sum = count * Tau((count - histogram[DistinctSketch.MaxRank]) / count);
        else
            rank = largest;
        // The ranks above the largest one that is used would add halves of 0.
        for (; rank >= 1; rank--)
            sum = 0.5 * (sum + histogram[rank]);
        sum += registers == DistinctSketch.Registers ? Unused[histogram[0]] : TermOf(histogram[0], count);
        // A sketch whose registers are all at their limit has a sum of 0. Only damaged bytes give that.
        return (long)Math.Min(Math.Round(Alpha * count * count / sum), Instant.MaxMicroseconds);
    }

    private static double TermOf(int unused, double count) => count * Sigma(unused / count);

    private static double Sigma(double x)
    {
        var (y, sum, before) = (1.0, x, double.NaN);
        while (sum != before)
        {
            x *= x;
            before = sum;
            sum += x * y;
            y += y;
        }

        return sum;
    }

    private static double Tau(double x)
    {
        if (x is 0 or 1)
            return 0;
        var (y, sum, before) = (1.0, 1 - x, double.NaN);
        while (sum != before)
        {
            x = Math.Sqrt(x);
            before = sum;
            y *= 0.5;
            sum -= (1 - x) * (1 - x) * y;
        }

        return sum / 3;
    }
}
