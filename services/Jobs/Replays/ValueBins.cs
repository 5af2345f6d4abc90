namespace ModelServing.Jobs.Replays;

/// <summary>Quantiles of any number of values: each is counted in a bin whose width is a thousandth of its distance from 0. So memory has a
/// limit, and a quantile is right to a thousandth.</summary>
internal sealed class ValueBins
{
    // A float has 23 bits after its leading one. With 10 of them, a bin is at most a thousandth wide, and there are 2^19 bins.
    private const int BitsLeftOut = 13;

    private readonly SortedDictionary<int, long> bins = [];
    private double least = double.PositiveInfinity;
    private double most = double.NegativeInfinity;

    internal long Count { get; private set; }

    internal void Add(double value)
    {
        var bin = BinOf(value);
        bins[bin] = bins.GetValueOrDefault(bin) + 1;
        (least, most) = (Math.Min(least, value), Math.Max(most, value));
        Count++;
    }

    /// <summary>The value below which a share of all values is; null without values.</summary>
    internal double? Quantile(double share)
    {
        if (Count == 0)
            return null;
        if (share is 0 or 1)
            return share == 0 ? least : most;
        var left = (long)Math.Ceiling(share * Count);
        foreach (var (bin, count) in bins)
        {
            left -= count;
            if (left <= 0)
                return Math.Clamp(ValueOf(bin), least, most);
        }

        return most;
    }

    // In the order of the values. 0 has a bin of its own.
    private static int BinOf(double value)
    {
        var size = (BitConverter.SingleToInt32Bits((float)Math.Abs(value)) >> BitsLeftOut) + 1;
        return value == 0 ? 0 : value < 0 ? -size : size;
    }

    // The middle of the bin.
    private static double ValueOf(int bin) => bin == 0
        ? 0
        : Math.Sign(bin) * (double)BitConverter.Int32BitsToSingle((Math.Abs(bin) - 1 << BitsLeftOut) + (1 << BitsLeftOut - 1));
}
