using ModelServing.Contracts.Predictions;

namespace ModelServing.Contracts.Experiments;

/// <summary>A metric by which arms are compared.</summary>
public sealed record ExperimentMetric
{
    public required string Name { get; init; }

    public required ExperimentMetricKind Kind { get; init; }

    /// <summary>Whether a higher value is better.</summary>
    public required bool IsHigherBetter { get; init; }

    /// <summary>The smallest difference that matters; null for <see cref="SmallestShare"/> of stable's value.</summary>
    public double? Smallest { get; init; }

    /// <summary>The outcome that is counted, or that counts as positive.</summary>
    public OutcomeValue? Outcome { get; init; }

    /// <summary>The output that is the score, as in <c>probability</c> or <c>probabilities[1]</c>.</summary>
    public string? Output { get; init; }

    /// <summary>From this score on, the decision is positive.</summary>
    public double? Threshold { get; init; }

    /// <summary>What a positive decision without the outcome costs.</summary>
    public double? FalseAlarm { get; init; }

    /// <summary>What a negative decision with the outcome costs.</summary>
    public double? Missed { get; init; }

    /// <summary>The input whose value a negative decision with the outcome costs.</summary>
    public string? MissedInput { get; init; }

    /// <summary>The share of stable's value that matters, where no size is given.</summary>
    public const double SmallestShare = 0.05;

    /// <summary>The metric that every report has: the time of the first attempt, in milliseconds.</summary>
    public const string Latency = "latency";

    /// <summary>The metric that every report has: the share of requests whose first attempt failed.</summary>
    public const string Failures = "failures";
}
