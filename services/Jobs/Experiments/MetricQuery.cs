using System.Globalization;
using ModelServing.Contracts.Experiments;
using ModelServing.Contracts.Predictions;

namespace ModelServing.Jobs.Experiments;

/// <summary>A metric in SQL: what a decision adds to the numerator and to the denominator of its unit.</summary>
/// <remarks>The columns are those of the table <c>decisions</c> (<see cref="StagedDecisions"/>). A decision without a value for the
/// metric adds nothing to either.</remarks>
/// <param name="Numerator">A number.</param>
/// <param name="Condition">Whether the decision counts.</param>
internal sealed record MetricQuery(string Numerator, string Condition)
{
    private const string IsKnown = "(outcome IS NOT NULL OR outcome_text IS NOT NULL)";

    /// <summary>The metric's sums.</summary>
    /// <param name="metric">The metric, which is not a ranking.</param>
    /// <param name="columns">The columns of outputs and inputs.</param>
    internal static MetricQuery From(ExperimentMetric metric, MetricColumns columns)
    {
        switch (metric.Kind)
        {
            case ExperimentMetricKind.Rate:
                var isPositive = metric.Output is { } output
                    ? $" AND {columns.Output(output)} >= {Number(metric.Threshold!.Value)}"
                    : "";
                return new($"CASE WHEN {HasOutcome(metric, columns)} THEN 1 ELSE 0 END", $"answered AND {IsKnown}{isPositive}");
            case ExperimentMetricKind.Mean when metric.FalseAlarm is { } falseAlarm:
                var score = columns.Output(metric.Output!);
                var (missed, isThere) = metric.MissedInput is { } input
                    ? (columns.Input(input), $" AND {columns.Input(input)} IS NOT NULL")
                    : (Number(metric.Missed!.Value), "");
                var threshold = Number(metric.Threshold!.Value);
                return new(
                    $"CASE WHEN {score} >= {threshold} AND NOT {HasOutcome(metric, columns)} THEN {Number(falseAlarm)} "
                        + $"WHEN {score} < {threshold} AND {HasOutcome(metric, columns)} THEN {missed} ELSE 0 END",
                    $"answered AND {IsKnown} AND {score} IS NOT NULL{isThere}");
            case ExperimentMetricKind.Mean:
                return new("outcome", "answered AND outcome IS NOT NULL");
            case ExperimentMetricKind.Operational when metric.Name == ExperimentMetric.Latency:
                return new("milliseconds", "milliseconds IS NOT NULL");
            case ExperimentMetricKind.Operational:
                return new("CASE WHEN failed THEN 1 ELSE 0 END", "TRUE");
            default:
                throw new ArgumentException($"The metric {metric.Name} has no sums", nameof(metric));
        }
    }

    /// <summary>The condition for a prediction that a ranking counts. It must be of the arm itself: a retry on stable has the score of
    /// another model.</summary>
    internal static string RankingCondition(ExperimentMetric metric, MetricColumns columns) =>
        $"answered AND own AND {IsKnown} AND {columns.Output(metric.Output!)} IS NOT NULL";

    /// <summary>The condition for the outcome that the metric counts. It is never NULL.</summary>
    internal static string HasOutcome(ExperimentMetric metric, MetricColumns columns)
    {
        var value = metric.Outcome ?? OutcomeValue.FromFlag(true);
        // True is 1, so that either form of a label is understood.
        return value.Text is { } text
            ? string.Create(CultureInfo.InvariantCulture, $"coalesce(outcome_text = {columns.Text(text)}, FALSE)")
            : $"coalesce(outcome = {Number(value.Flag is { } flag ? flag ? 1 : 0 : value.Number!.Value)}, FALSE)";
    }

    private static string Number(double number) => $"({number.ToString("R", CultureInfo.InvariantCulture)})::DOUBLE";
}
