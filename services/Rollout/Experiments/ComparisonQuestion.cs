namespace ModelServing.Rollout.Experiments;

/// <summary>What is to be known about an arm.</summary>
/// <param name="Arm">The arm's name.</param>
/// <param name="Metric">The metric's name.</param>
/// <param name="IsHigherBetter">Whether a higher value is better.</param>
/// <param name="Smallest">The smallest difference that matters, above 0.</param>
/// <param name="Alpha">The share of errors of this comparison.</param>
public sealed record ComparisonQuestion(string Arm, string Metric, bool IsHigherBetter, double Smallest, double Alpha);
