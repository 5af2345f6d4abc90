using ModelServing.Rollout.Experiments;

namespace ModelServing.Jobs.Experiments;

/// <summary>An arm compared with stable by one metric.</summary>
/// <param name="Metric">The metric's name; a ranking has two, one for each figure.</param>
/// <param name="Smallest">The smallest difference that matters.</param>
/// <param name="Result">The comparison at the end.</param>
/// <param name="OverTime">The interval at earlier times.</param>
internal sealed record MetricComparison(
    string Metric, string Arm, bool IsHigherBetter, double Smallest, ArmComparison Result, IReadOnlyList<IntervalPoint> OverTime);
