namespace ModelServing.TestKit.ExperimentSimulation;

/// <summary>The number of positive and of negative units at each score, in thousandths. Its figures cost a hundredth of a bootstrap, so a
/// simulation can tell which looks need one.</summary>
internal sealed class ScoreCounts
{
    private readonly int[] positives = new int[1001];
    private readonly int[] negatives = new int[1001];

    internal void Add(double score, bool isPositive) => (isPositive ? positives : negatives)[(int)Math.Round(score * 1000)]++;

    /// <summary>The area under the curve and the average precision.</summary>
    internal (double Area, double Precision) Rank()
    {
        var (above, found, pairs, precision) = (0.0, 0.0, 0.0, 0.0);
        for (var score = positives.Length - 1; score >= 0; score--)
        {
            found += positives[score];
            pairs += negatives[score] * (found - positives[score] / 2.0);
            above += negatives[score];
            if (positives[score] > 0)
                precision += positives[score] * found / (found + above);
        }

        return (pairs / (found * above), precision / found);
    }
}
