namespace ModelServing.Sample;

/// <summary>How well scores rank frauds above the rest. Both metrics treat equal scores as one group, so the order of the rows does not
/// matter.</summary>
public static class RankingMetrics
{
    /// <summary>
    /// The area under the ROC curve: the probability that a random positive scores above a random negative, where a tie counts half (the
    /// Mann-Whitney statistic; J. Hanley and B. McNeil, "The meaning and use of the area under a receiver operating characteristic (ROC)
    /// curve", Radiology 143, 1982). Pairs are counted in whole numbers.
    /// </summary>
    /// <exception cref="ArgumentException">The lengths differ, a score is not a number, or one kind of row is missing.</exception>
    public static double AreaUnderRoc(IReadOnlyList<float> scores, IReadOnlyList<bool> positive)
    {
        long pairsTwice = 0;
        long positives = 0;
        long negatives = 0;
        foreach (var (groupPositives, groupNegatives) in Groups(scores, positive))
        {
            // These negatives score below every positive so far, and equal to the group's own positives.
            pairsTwice += groupNegatives * (2 * positives + groupPositives);
            positives += groupPositives;
            negatives += groupNegatives;
        }

        if (positives == 0 || negatives == 0)
            throw new ArgumentException("the area requires positive and negative rows", nameof(positive));
        return pairsTwice / (2.0 * positives * negatives);
    }

    /// <summary>
    /// Average precision: the sum over thresholds of (recall gained) times (precision there), without interpolation, as scikit-learn's
    /// average_precision_score defines it (https://scikit-learn.org/stable/modules/model_evaluation.html, "Precision, recall and
    /// F-measures"). Meaningless scores get about the share of positives.
    /// </summary>
    /// <exception cref="ArgumentException">The lengths differ, a score is not a number, or no row is positive.</exception>
    public static double AveragePrecision(IReadOnlyList<float> scores, IReadOnlyList<bool> positive)
    {
        var sum = 0.0;
        long positives = 0;
        long rows = 0;
        foreach (var (groupPositives, groupNegatives) in Groups(scores, positive))
        {
            positives += groupPositives;
            rows += groupPositives + groupNegatives;
            sum += groupPositives * ((double)positives / rows);
        }

        if (positives == 0)
            throw new ArgumentException("the precision requires positive rows", nameof(positive));
        return sum / positives;
    }

    /// <summary>Counts the positives and negatives of each distinct score, the highest score first.</summary>
    private static IEnumerable<(long Positives, long Negatives)> Groups(IReadOnlyList<float> scores, IReadOnlyList<bool> positive)
    {
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentNullException.ThrowIfNull(positive);
        if (scores.Count != positive.Count)
            throw new ArgumentException($"{scores.Count} scores, but {positive.Count} outcomes", nameof(positive));
        if (scores.Any(float.IsNaN))
            throw new ArgumentException("a score is not a number", nameof(scores));

        // Sorted ascending and read from the end. Each outcome moves with its score.
        var sortedScores = scores.ToArray();
        var sortedPositive = positive.ToArray();
        Array.Sort(sortedScores, sortedPositive);
        for (var end = sortedScores.Length; end > 0;)
        {
            var score = sortedScores[end - 1];
            long positives = 0;
            var start = end;
            for (; start > 0 && sortedScores[start - 1] == score; start--)
                positives += sortedPositive[start - 1] ? 1 : 0;
            yield return (positives, end - start - positives);
            end = start;
        }
    }
}
