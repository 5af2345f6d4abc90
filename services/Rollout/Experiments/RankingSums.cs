namespace ModelServing.Rollout.Experiments;

/// <summary>
/// The weights of an arm's predictions by score, from which its ranking follows: the area under the receiver operating characteristic, and
/// the average precision. They are also kept for each of <see cref="Samples"/> bootstrap samples of its units, so neither the log nor a
/// sample needs to be in memory.
/// </summary>
/// <remarks>
/// In a sample, each unit has a weight that is distributed as a Poisson variable with mean 1, for all its predictions (J. A. Hanley,
/// B. MacGibbon, "Creating non-parametric bootstrap samples using Poisson frequencies", 2006). The weight follows from the unit's hash.
/// Scores are put into bins whose width is a thousandth of the distance from 0 or, for probabilities above 0.5, from 1. Scores in one bin
/// count as equal.
/// </remarks>
public sealed class RankingSums
{
    /// <summary>The number of bootstrap samples: the standard error is then right to 5%.</summary>
    public const int Samples = 200;

    // With 1.6 KB each, 32 MB at most. A model seldom needs a tenth of them.
    private const int MostBins = 20_000;
    private const int MantissaBitsLeftOut = 13;

    private readonly int[] weightsOfUnit = new int[Samples];
    private SortedDictionary<int, float[]> bins = [];
    private int coarseness;
    private ulong last;
    private long positiveUnits;
    private bool isLastPositive;

    /// <summary>The number of units, of which some may have several predictions.</summary>
    public long Units { get; private set; }

    /// <summary>Adds a prediction. Those of a unit must come one after the other.</summary>
    /// <param name="unit">The hash of its unit.</param>
    /// <param name="score">The score; a higher one is to mean that a positive outcome is more likely.</param>
    /// <param name="isPositive">Whether the outcome was positive.</param>
    /// <exception cref="ArgumentOutOfRangeException">The score is not finite.</exception>
    public void Add(ulong unit, double score, bool isPositive)
    {
        if (!double.IsFinite(score))
            throw new ArgumentOutOfRangeException(nameof(score), score, "A score must be finite");
        Enter(unit);
        if (isPositive && !isLastPositive)
            positiveUnits++;
        isLastPositive |= isPositive;
        var bin = BinOf(score) >> coarseness;
        if (!bins.TryGetValue(bin, out var weights))
        {
            if (bins.Count == MostBins)
            {
                Coarsen();
                bin >>= 1;
            }

            if (!bins.TryGetValue(bin, out weights))
                bins.Add(bin, weights = new float[2 * (Samples + 1)]);
        }

        var first = isPositive ? Samples + 1 : 0;
        weights[first]++;
        for (var sample = 0; sample < Samples; sample++)
            weights[first + 1 + sample] += weightsOfUnit[sample];
    }

    /// <summary>The area under the receiver operating characteristic: the probability that a positive prediction has a higher score than a
    /// negative one, where equal scores count half. Null without both.</summary>
    public ArmEstimate? Area() => Estimate(AreaIn);

    /// <summary>The average precision: the mean of the precision over the thresholds, weighted with the recall that each adds. Null without
    /// positive predictions.</summary>
    public ArmEstimate? AveragePrecision() => Estimate(PrecisionIn);

    private void Enter(ulong unit)
    {
        if (Units > 0 && unit == last)
            return;
        Units++;
        last = unit;
        isLastPositive = false;
        for (var sample = 0; sample < Samples; sample++)
            weightsOfUnit[sample] = WeightOf(unit, sample);
    }

    private ArmEstimate? Estimate(Func<int, double> statistic)
    {
        var value = statistic(0);
        if (Units < 2 || !double.IsFinite(value))
            return null;
        var samples = Enumerable.Range(1, Samples).Select(statistic).Where(double.IsFinite).ToList();
        var mean = samples.Sum() / samples.Count;
        var variance = samples.Sum(sample => (sample - mean) * (sample - mean)) / (samples.Count - 1);
        // With hardly any positive predictions, few samples have any, and nothing is known about the variance. The rarer outcome determines
        // how well it is known.
        return samples.Count > Samples / 2
            ? new ArmEstimate(Units, value, variance * Units, Math.Min(positiveUnits, Units - positiveUnits))
            : null;
    }

    private double AreaIn(int sample)
    {
        var (negatives, positives, area) = (0.0, 0.0, 0.0);
        foreach (var weights in bins.Values)
        {
            var (negative, positive) = (weights[sample], weights[Samples + 1 + sample]);
            area += positive * (negatives + negative / 2.0);
            negatives += negative;
            positives += positive;
        }

        return area / (negatives * positives);
    }

    private double PrecisionIn(int sample)
    {
        var (all, positives, precision) = (0.0, 0.0, 0.0);
        foreach (var weights in bins.Values.Reverse())
        {
            var positive = weights[Samples + 1 + sample];
            all += weights[sample] + positive;
            positives += positive;
            if (positive > 0)
                precision += positive * positives / all;
        }

        return precision / positives;
    }

    private void Coarsen()
    {
        coarseness++;
        var coarse = new SortedDictionary<int, float[]>();
        foreach (var (bin, weights) in bins)
        {
            if (!coarse.TryAdd(bin >> 1, weights))
            {
                var sum = coarse[bin >> 1];
                for (var i = 0; i < sum.Length; i++)
                    sum[i] += weights[i];
            }
        }

        bins = coarse;
    }

    // In the order of the scores. Between 0.5 and 1, a bin is as wide as the one at the same distance from 0.
    private static int BinOf(double score)
    {
        var (half, single) = (Bits(0.5f), (float)score);
        return score switch
        {
            < 0 => -Bits(-single),
            <= 0.5 => Bits(single),
            <= 1 => 2 * half - Bits((float)(1 - score)),
            _ => 2 * half + Bits(single) - Bits(1),
        };
    }

    private static int Bits(float number) => BitConverter.SingleToInt32Bits(number) >> MantissaBitsLeftOut;

    private static int WeightOf(ulong unit, int sample)
    {
        var left = Mix(unit + (ulong)sample * 0x9E3779B97F4A7C15) >> 11;
        var (uniform, term, weight) = (left * (1.0 / (1UL << 53)), Math.Exp(-1), 0);
        // The inverse of the distribution function. 20 has a probability of 10^-19.
        while (uniform >= term && weight < 20)
        {
            uniform -= term;
            term /= ++weight;
        }

        return weight;
    }

    // The output function of SplitMix64 (G. L. Steele, D. Lea, C. H. Flood, "Fast Splittable Pseudorandom Number Generators", 2014).
    private static ulong Mix(ulong state)
    {
        state = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
        state = (state ^ (state >> 27)) * 0x94D049BB133111EB;
        return state ^ (state >> 31);
    }
}
