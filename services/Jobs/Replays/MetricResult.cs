namespace ModelServing.Jobs.Replays;

/// <summary>What a metric would have been with the candidate, and with the versions that answered.</summary>
/// <param name="Metric">The metric's name, or that of one of the two figures of a ranking.</param>
/// <param name="Requests">The requests with a known outcome and a score of both.</param>
/// <param name="Answered">The metric of the versions that answered; null if no request counts.</param>
/// <param name="Candidate">The candidate's.</param>
internal sealed record MetricResult(string Metric, bool IsHigherBetter, long Requests, double? Answered, double? Candidate)
{
    /// <summary>The candidate's less the other one.</summary>
    public double? Difference => Candidate - Answered;
}
