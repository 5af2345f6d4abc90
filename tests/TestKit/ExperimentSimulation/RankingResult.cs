namespace ModelServing.TestKit.ExperimentSimulation;

/// <summary>What experiments showed whose arms rank equally well. How many outcomes an interval needs decides only whether a look has one,
/// so one simulation tells of every such minimum.</summary>
/// <param name="Metric">The figure of the ranking.</param>
/// <param name="Alpha">The share of experiments that may ever show a difference.</param>
/// <param name="LastWrong">For each experiment, how many units of the rarer outcome the arm with the fewest had at the last look whose
/// interval left out 0. It is 0 if none did.</param>
public sealed record RankingResult(string Metric, double Alpha, IReadOnlyList<long> LastWrong)
{
    /// <summary>The most experiments that may show a difference.</summary>
    public int WrongAtMost => (int)(Alpha * LastWrong.Count);

    /// <summary>How many experiments ever showed a difference.</summary>
    /// <param name="least">How many units of either outcome an interval needs in each arm.</param>
    public int WrongFrom(long least) => LastWrong.Count(last => last >= Math.Max(1, least));
}
