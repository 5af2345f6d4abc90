using System.Numerics;

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

    // With 1.7 KB each, 34 MB at most. A model seldom needs a tenth of them.
    private const int MostBins = 20_000;
    private const int MantissaBitsLeftOut = 13;

    // The weights of all predictions, those of each sample, and zeros up to whole vectors of any processor.
    private const int Row = 208;

    // A row of negative predictions, one of positive ones, and what a vector reads beyond the end (see Widen).
    private const int Length = 2 * Row + 16;

    private static readonly ulong[] Thresholds = [.. ThresholdsOfWeights()];

    private readonly float[] weightsOfUnit = new float[Row];
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
                bins.Add(bin, weights = new float[Length]);
        }

        var row = weights.AsSpan(isPositive ? Row : 0, Row);
        for (var i = 0; i < Row; i += Vector<float>.Count)
            (new Vector<float>(row[i..]) + new Vector<float>(weightsOfUnit, i)).CopyTo(row[i..]);
    }

    /// <summary>The area under the receiver operating characteristic: the probability that a positive prediction has a higher score than a
    /// negative one, where equal scores count half. Null without both.</summary>
    public ArmEstimate? Area() => Estimate(Areas());

    /// <summary>The average precision: the mean of the precision over the thresholds, weighted with the recall that each adds. Null without
    /// positive predictions.</summary>
    public ArmEstimate? AveragePrecision() => Estimate(Precisions());

    private void Enter(ulong unit)
    {
        if (Units > 0 && unit == last)
            return;
        Units++;
        last = unit;
        isLastPositive = false;
        weightsOfUnit[0] = 1;
        for (var sample = 0; sample < Samples; sample++)
            weightsOfUnit[1 + sample] = WeightOf(unit, sample);
    }

    private ArmEstimate? Estimate(double[] values)
    {
        var value = values[0];
        if (Units < 2 || !double.IsFinite(value))
            return null;
        var samples = values.Skip(1).Take(Samples).Where(double.IsFinite).ToList();
        var mean = samples.Sum() / samples.Count;
        var variance = samples.Sum(sample => (sample - mean) * (sample - mean)) / (samples.Count - 1);
        // With hardly any positive predictions, few samples have any, and nothing is known about the variance. The rarer outcome determines
        // how well it is known.
        var ranked = new RankedUnits(positiveUnits, Units - positiveUnits);
        return samples.Count > Samples / 2
            ? new ArmEstimate(Units, value, variance * Units, ranked.OfRarerOutcome) { Ranked = ranked }
            : null;
    }

    // Of all predictions and of each sample, from the lowest score on. All samples of a bin are added at once, several in a vector.
    private double[] Areas()
    {
        var (negatives, positives, areas) = (new double[Row], new double[Row], new double[Row]);
        foreach (var weights in bins.Values)
        {
            var hasPositives = weights[Row] > 0;
            for (var i = 0; i < Row; i += Vector<double>.Count)
            {
                var (negative, below) = (Widen(weights, i), new Vector<double>(negatives, i));
                (below + negative).CopyTo(negatives, i);
                if (!hasPositives)
                    continue;
                var positive = Widen(weights, Row + i);
                (new Vector<double>(areas, i) + positive * (below + negative / 2)).CopyTo(areas, i);
                (new Vector<double>(positives, i) + positive).CopyTo(positives, i);
            }
        }

        return [.. areas.Select((area, i) => area / (negatives[i] * positives[i]))];
    }

    // The same, from the highest score on.
    private double[] Precisions()
    {
        var (all, positives, precisions) = (new double[Row], new double[Row], new double[Row]);
        foreach (var weights in bins.Values.Reverse())
        {
            var hasPositives = weights[Row] > 0;
            for (var i = 0; i < Row; i += Vector<double>.Count)
            {
                var above = new Vector<double>(all, i) + Widen(weights, i);
                if (hasPositives)
                {
                    var positive = Widen(weights, Row + i);
                    above += positive;
                    var found = new Vector<double>(positives, i) + positive;
                    found.CopyTo(positives, i);
                    // Where a sample has nothing yet, it adds nothing: 0 divided by 1.
                    (new Vector<double>(precisions, i) + positive * found / Vector.Max(above, Vector<double>.One)).CopyTo(precisions, i);
                }

                above.CopyTo(all, i);
            }
        }

        return [.. precisions.Select((precision, i) => precision / positives[i])];
    }

    // Half of a vector of single numbers makes a vector of double ones.
    private static Vector<double> Widen(float[] weights, int start)
    {
        Vector.Widen(new Vector<float>(weights, start), out var lower, out _);
        return lower;
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
        var (uniform, weight) = (Mix(unit + (ulong)sample * 0x9E3779B97F4A7C15) >> 11, 0);
        while (uniform >= Thresholds[weight])
            weight++;
        return weight;
    }

    // The inverse of the distribution function, in units of 2^-53. 20 has a probability of 10^-19.
    private static IEnumerable<ulong> ThresholdsOfWeights()
    {
        var (sum, term) = (0.0, Math.Exp(-1));
        for (var weight = 0; weight < 20; term /= ++weight)
            yield return (ulong)Math.Ceiling((sum += term) * (1UL << 53));
        yield return ulong.MaxValue;
    }

    // The output function of SplitMix64 (G. L. Steele, D. Lea, C. H. Flood, "Fast Splittable Pseudorandom Number Generators", 2014).
    private static ulong Mix(ulong state)
    {
        state = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
        state = (state ^ (state >> 27)) * 0x94D049BB133111EB;
        return state ^ (state >> 31);
    }
}
