namespace ModelServing.Registry.Profiles;

/// <summary>Compares two distributions over the same bins: how an input of a model is distributed in serving, and how it was in
/// training.</summary>
/// <remarks>
/// The limits of the PSI, the population stability index, are the usual ones of credit scoring (N. Siddiqi, Credit Risk Scorecards, 2006).
/// Two samples of one distribution with n and m rows in k bins have a PSI of about (k - 1)(1/n + 1/m), and n m / (n + m) times the PSI is
/// about chi-squared with k - 1 degrees of freedom (B. Yurdakul, Statistical Properties of Population Stability Index, 2018). With
/// <see cref="LeastCount"/> rows on both sides and 21 bins, that is 0.04 with a standard deviation of 0.013, so far below
/// <see cref="Moderate"/>.
/// </remarks>
public static class SkewFigures
{
    /// <summary>From here on, a distribution differs a little.</summary>
    public const double Moderate = 0.1;

    /// <summary>From here on, a distribution is another one.</summary>
    public const double Large = 0.25;

    /// <summary>The fewest rows, in training and in serving, from which anything is concluded.</summary>
    public const int LeastCount = 1000;

    // An empty bin has no logarithm. Half a row in each bin keeps a bin that is empty on one side from deciding alone.
    private const double Prior = 0.5;

    /// <summary>The PSI: the sum over the bins of (p - q) ln(p / q), where p and q are the shares of both sides.</summary>
    public static double Psi(IReadOnlyList<long> training, IReadOnlyList<long> serving)
    {
        var (n, m) = Totals(training, serving);
        if (n == 0 || m == 0)
            return 0;
        var sum = 0.0;
        for (var bin = 0; bin < training.Count; bin++)
        {
            // A bin that is empty on both sides says nothing.
            if (training[bin] == 0 && serving[bin] == 0)
                continue;
            var p = (training[bin] + Prior) / n;
            var q = (serving[bin] + Prior) / m;
            sum += (p - q) * Math.Log(p / q);
        }

        return sum;
    }

    /// <summary>The largest difference between the two cumulative distributions (Kolmogorov and Smirnov's statistic), from 0 to 1, at the
    /// edges of the bins: between them it may be larger, by less than the share of a bin.</summary>
    public static double LargestDifference(IReadOnlyList<long> training, IReadOnlyList<long> serving)
    {
        var (n, m) = Totals(training, serving);
        if (n == 0 || m == 0)
            return 0;
        var (first, second, largest) = (0L, 0L, 0.0);
        for (var bin = 0; bin < training.Count; bin++)
        {
            first += training[bin];
            second += serving[bin];
            largest = Math.Max(largest, Math.Abs((double)first / n - (double)second / m));
        }

        return largest;
    }

    /// <summary>What a PSI means.</summary>
    public static SkewVerdict Judge(double psi, long training, long serving) =>
        training < LeastCount || serving < LeastCount ? SkewVerdict.TooFew
        : psi >= Large ? SkewVerdict.Shifted
        : psi >= Moderate ? SkewVerdict.Moderate
        : SkewVerdict.Same;

    private static (long Training, long Serving) Totals(IReadOnlyList<long> training, IReadOnlyList<long> serving)
    {
        ArgumentNullException.ThrowIfNull(training);
        ArgumentNullException.ThrowIfNull(serving);
        return training.Count == serving.Count
            ? (training.Sum(), serving.Sum())
            : throw new ArgumentException($"there are {training.Count} bins in training and {serving.Count} in serving");
    }
}
