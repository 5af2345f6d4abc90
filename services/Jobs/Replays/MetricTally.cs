using System.Security.Cryptography;
using System.Text;
using ModelServing.Contracts.Experiments;
using ModelServing.Contracts.Predictions;
using ModelServing.Jobs.Experiments;
using ModelServing.Predictions.Records;
using ModelServing.Rollout.Experiments;

namespace ModelServing.Jobs.Replays;

/// <summary>Computes what one metric would have been, from requests with a known outcome.</summary>
/// <remarks>A metric that only says what happened, such as the mean of a numeric outcome, does not depend on the version that is
/// replayed, so it has no tally.</remarks>
internal sealed class MetricTally
{
    private readonly ExperimentMetric metric;
    private readonly TensorElement score;
    private readonly TensorElement? missed;
    private readonly Side answered = new();
    private readonly Side candidate = new();

    private long requests;

    private MetricTally(ExperimentMetric metric)
    {
        this.metric = metric;
        score = new TensorElement(metric.Output!);
        missed = metric.MissedInput is { } input ? new TensorElement(input) : null;
    }

    /// <summary>The tallies of metrics that depend on the version.</summary>
    internal static IReadOnlyList<MetricTally> For(IEnumerable<ExperimentMetric> metrics) =>
        [.. metrics.Where(static metric => metric.Output is not null).Select(static metric => new MetricTally(metric))];

    internal void Add(
        PredictionRecord record, OutcomeValue outcome, IReadOnlyList<RecordedTensor> ofAnswered, IReadOnlyList<RecordedTensor> ofCandidate)
    {
        if (score.Find(ofAnswered) is not { } first || score.Find(ofCandidate) is not { } second)
            return;
        double? cost = missed is null ? metric.Missed : missed.Find(record.Inputs);
        if (missed is not null && cost is null)
            return;
        requests++;
        var isPositive = IsPositive(outcome);
        var unit = UnitOf(record.RequestId);
        answered.Add(metric, unit, first, isPositive, cost ?? 0);
        candidate.Add(metric, unit, second, isPositive, cost ?? 0);
    }

    internal IEnumerable<MetricResult> Results()
    {
        if (metric.Kind != ExperimentMetricKind.Ranking)
        {
            yield return new MetricResult(metric.Name, metric.IsHigherBetter, requests, answered.Ratio, candidate.Ratio);
            yield break;
        }

        yield return new MetricResult(
            $"{metric.Name} AUC", true, requests, answered.Ranking.Area()?.Value, candidate.Ranking.Area()?.Value);
        yield return new MetricResult(
            $"{metric.Name} average precision",
            true,
            requests,
            answered.Ranking.AveragePrecision()?.Value,
            candidate.Ranking.AveragePrecision()?.Value);
    }

    // As in an experiment: true is 1, so that either form of a label is understood.
    private bool IsPositive(OutcomeValue outcome)
    {
        var wanted = metric.Outcome ?? OutcomeValue.FromFlag(true);
        return wanted.Text is { } text ? outcome.Text == text : outcome.Text is null && NumberOf(outcome) == NumberOf(wanted);
    }

    private static ulong UnitOf(string requestId) => BitConverter.ToUInt64(SHA256.HashData(Encoding.UTF8.GetBytes(requestId)));

    private static double? NumberOf(OutcomeValue value) => value.Flag is { } flag ? flag ? 1 : 0 : value.Number;

    private sealed class Side
    {
        private double numerator;
        private long count;

        internal RankingSums Ranking { get; } = new();

        internal double? Ratio => count == 0 ? null : numerator / count;

        internal void Add(ExperimentMetric metric, ulong unit, double score, bool isPositive, double missed)
        {
            switch (metric.Kind)
            {
                case ExperimentMetricKind.Ranking:
                    Ranking.Add(unit, score, isPositive);
                    break;
                case ExperimentMetricKind.Rate when score >= (metric.Threshold ?? double.NegativeInfinity):
                    numerator += isPositive ? 1 : 0;
                    count++;
                    break;
                case ExperimentMetricKind.Mean when metric is { FalseAlarm: { } falseAlarm, Threshold: { } threshold }:
                    numerator += score >= threshold ? isPositive ? 0 : falseAlarm : isPositive ? missed : 0;
                    count++;
                    break;
            }
        }
    }
}
