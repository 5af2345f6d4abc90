namespace ModelServing.Rollout.Experiments;

/// <summary>
/// Tests at every time whether the units came to the arms in the planned shares. If they did not, records of an arm were lost or assigned
/// otherwise, and the comparison is not valid.
/// </summary>
/// <remarks>
/// The sequential test of M. Lindon, A. Malek, "Anytime-Valid Inference for Multinomial Count Data" (NeurIPS 2022): a Dirichlet prior for
/// the shares against the planned ones. The Bayes factor of counts that came as planned is ever above 1/alpha in at most a share alpha of
/// experiments.
/// </remarks>
public sealed class SampleRatio
{
    private readonly double[] planned;
    private readonly double[] prior;
    private double highest;

    /// <param name="planned">The planned share of each arm, above 0; together 1.</param>
    /// <param name="concentration">The weight of the prior: its parameter for each arm.</param>
    /// <exception cref="ArgumentException">The shares are not above 0, or not 1 together.</exception>
    public SampleRatio(IReadOnlyList<double> planned, double concentration = 1)
    {
        ArgumentNullException.ThrowIfNull(planned);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(concentration);
        if (planned.Count < 2 || planned.Any(static share => share is not > 0) || Math.Abs(planned.Sum() - 1) > 1e-9)
            throw new ArgumentException("The planned shares must be above 0 and 1 together", nameof(planned));
        this.planned = [.. planned];
        prior = [.. planned.Select(_ => concentration)];
    }

    /// <summary>The logarithm of the probability of all counts so far if the shares are others.</summary>
    public double LogAlternative { get; private set; }

    /// <summary>The logarithm of the probability of all counts so far if the shares are the planned ones.</summary>
    public double LogNull { get; private set; }

    /// <summary>The share of experiments with the planned shares that ever look as wrong as this one, or more so. It only falls.</summary>
    public double PValue => Math.Exp(-highest);

    /// <summary>Adds the units of each arm since the last time.</summary>
    /// <exception cref="ArgumentException">There is not one number for each arm, or one is below 0.</exception>
    public void Add(IReadOnlyList<long> counts)
    {
        ArgumentNullException.ThrowIfNull(counts);
        if (counts.Count != planned.Length || counts.Any(static count => count < 0))
            throw new ArgumentException($"There must be {planned.Length} numbers, each 0 or more", nameof(counts));
        double units = counts.Sum();
        var ways = LogGamma(units + 1) - counts.Sum(static count => LogGamma(count + 1.0));
        var weight = prior.Sum();
        LogAlternative += ways + LogGamma(weight) - LogGamma(weight + units)
            + counts.Select((count, arm) => LogGamma(prior[arm] + count) - LogGamma(prior[arm])).Sum();
        LogNull += ways + counts.Select((count, arm) => count * Math.Log(planned[arm])).Sum();
        for (var arm = 0; arm < prior.Length; arm++)
            prior[arm] += counts[arm];
        highest = Math.Max(highest, LogAlternative - LogNull);
    }

    /// <summary>ln Γ(x) for x above 0, to 15 digits: Stirling's series, after the recurrence has made x large enough for it
    /// (M. Abramowitz, I. A. Stegun, "Handbook of Mathematical Functions", 6.1.15 and 6.1.40).</summary>
    internal static double LogGamma(double x)
    {
        var shift = 0.0;
        for (; x < 12; x++)
            shift -= Math.Log(x);
        var square = 1 / (x * x);
        var series = (1.0 / 12 - square * (1.0 / 360 - square * (1.0 / 1260 - square * (1.0 / 1680 - square / 1188)))) / x;
        return shift + (x - 0.5) * Math.Log(x) - x + 0.5 * Math.Log(2 * Math.PI) + series;
    }
}
