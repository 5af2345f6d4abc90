using ModelServing.Contracts;
using ModelServing.Contracts.Experiments;
using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Models;

/// <summary>The rules of an experiment's metrics. Paths are relative to the namespace.</summary>
internal static class MetricRules
{
    /// <summary>Checks the metrics under a path.</summary>
    internal static IEnumerable<SettingsFault> Check(string path, IReadOnlyDictionary<ModelName, MetricSettings> metrics)
    {
        foreach (var (name, metric) in metrics)
        {
            foreach (var (key, message) in Check(name.Text, metric))
                yield return new SettingsFault($"{path}.{name}{(key.Length > 0 ? "." : "")}{key}", message, null);
        }
    }

    private static IEnumerable<(string Key, string Message)> Check(string name, MetricSettings metric)
    {
        var kind = metric.Kind;
        var isOperational = kind == ExperimentMetricKind.Operational;
        if (isOperational != (name is ExperimentMetric.Latency or ExperimentMetric.Failures))
        {
            yield return (
                "kind", $"'{ExperimentMetric.Latency}' and '{ExperimentMetric.Failures}' are the operational metrics, and no others");
        }

        foreach (var fault in CheckScore(metric))
            yield return fault;

        var hasDirection = kind == ExperimentMetricKind.Rate || (kind == ExperimentMetricKind.Mean && metric.Cost is null);
        if (hasDirection && metric.Better is null)
            yield return ("better", "missing: whether a higher or a lower value is better");
        if (!hasDirection && metric.Better is not null)
        {
            var own = kind == ExperimentMetricKind.Ranking ? "a ranking is better if it is higher" : "this metric is better if it is lower";
            yield return ("better", $"{own}; remove this");
        }

        var usesOutcome = kind is ExperimentMetricKind.Rate or ExperimentMetricKind.Ranking || metric.Cost is not null;
        if (!usesOutcome && metric.Outcome is not null)
            yield return ("outcome", "only a rate, a ranking and a cost compare the outcome with a value; remove this");
        if (kind != ExperimentMetricKind.Mean && metric.Cost is not null)
            yield return ("cost", "only a mean can be of a cost; remove this, or use kind: mean");
        if (metric.Cost is { } cost && cost.Missed is null == cost.MissedInput is null)
            yield return ("cost", "one of missed and missedInput must say what a missed outcome costs");
    }

    private static IEnumerable<(string Key, string Message)> CheckScore(MetricSettings metric)
    {
        var (hasOutput, hasThreshold) = (metric.Output is not null, metric.Threshold is not null);
        switch (metric.Kind)
        {
            case ExperimentMetricKind.Rate when hasOutput != hasThreshold:
                yield return ("", "output and threshold make a decision together; set both, or neither for all predictions");
                break;
            case ExperimentMetricKind.Mean when metric.Cost is not null && !(hasOutput && hasThreshold):
                yield return ("", "missing: the output and the threshold that make the decisions which cost something");
                break;
            case ExperimentMetricKind.Mean when metric.Cost is null && (hasOutput || hasThreshold):
                yield return ("", "a mean without cost is of the outcome; remove output and threshold, or add cost");
                break;
            case ExperimentMetricKind.Ranking when !hasOutput:
                yield return ("output", "missing: the output that ranks");
                break;
            case ExperimentMetricKind.Ranking when hasThreshold:
                yield return ("threshold", "a ranking has no threshold; remove it");
                break;
            case ExperimentMetricKind.Operational when hasOutput || hasThreshold:
                yield return ("", "an operational metric has no output and no threshold; remove them");
                break;
        }
    }
}
