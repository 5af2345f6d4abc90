using ModelServing.Contracts.Experiments;
using ModelServing.Contracts.Predictions;
using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Models;

/// <summary>A metric by which the arms of an experiment are compared with stable.</summary>
public sealed record MetricSettings
{
    internal const string TensorPattern = @"^[^\[\]]{1,200}(\[[0-9]{1,6}\])?$";

    [Setting(
        "`rate`: how often the outcome has a given value. `mean`: of a numeric outcome, or of the cost of decisions. `ranking`: the area "
        + "under the curve (AUC) and the average precision of an output. `operational`: only for the metrics `latency` and `failures`, "
        + "to set their `smallest`.")]
    public required ExperimentMetricKind Kind { get; init; }

    [Setting("Which values are better. Required for a `rate`, and for a `mean` without `cost`; the others have a direction of their own.")]
    public MetricDirection? Better { get; init; }

    [Setting(
        "The smallest difference from stable that matters. The report says how many units are missing to show it. By default 0.01, for "
        + "`latency` 10 (milliseconds), and for a `mean` 5% of stable's value.",
        Min = "0.000001",
        Max = "1000000000")]
    public decimal? Smallest { get; init; }

    [Setting("The outcome that a `rate` counts, and that is positive for `cost` and `ranking`. By default `true`, which is also 1.")]
    public OutcomeValue? Outcome { get; init; }

    [Setting(
        "The output that is the score. `[N]` takes one of its elements, from 0. Predictions with several rows do not count.",
        Pattern = TensorPattern,
        Form = "the name of an output",
        Example = "probability")]
    public string? Output { get; init; }

    [Setting(
        "From this score on, a decision is positive. A `rate` is about positive decisions only, if it has a threshold.",
        Min = "-1000000000",
        Max = "1000000000")]
    public decimal? Threshold { get; init; }

    [Setting("For a `mean`: what wrong decisions cost. Then the metric is the mean cost of a decision.")]
    public MetricCostSettings? Cost { get; init; }
}
