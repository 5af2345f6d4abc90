using ModelServing.Contracts.Predictions;

namespace ModelServing.Jobs.Replays;

/// <summary>A request whose scores differ most.</summary>
/// <param name="Version">The version that answered it.</param>
/// <param name="CandidateScore">The score that the candidate gives.</param>
/// <param name="Outcome">What turned out to be true; null if that is unknown.</param>
/// <param name="Inputs">The inputs as the log has them: what the stack file drops or hashes there is not here either. Null if they were
/// not wanted.</param>
internal sealed record LargestDifference(
    string RequestId,
    DateTimeOffset Time,
    int Version,
    double Score,
    double CandidateScore,
    OutcomeValue? Outcome,
    IReadOnlyList<PredictionTensor>? Inputs)
{
    /// <summary>The candidate's score less the other one.</summary>
    public double Difference => CandidateScore - Score;
}
