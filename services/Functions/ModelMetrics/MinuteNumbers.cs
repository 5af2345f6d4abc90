using ModelServing.Cache.Reports;
using ModelServing.Contracts;
using ModelServing.Contracts.Monitoring;
using static ModelServing.Contracts.Monitoring.ModelMetric;

namespace ModelServing.Functions.ModelMetrics;

/// <summary>What a minute's reports of a model come to in <see cref="ModelMetric"/>'s metrics. It decides everything by its arguments.</summary>
/// <param name="start">When the minute began.</param>
/// <param name="length">How long it lasted.</param>
internal sealed class MinuteNumbers(DateTimeOffset start, TimeSpan length)
{
    /// <summary>The most streams of a model that are posted of a minute.</summary>
    internal const int MaxStreams = 64;

    /// <summary>The fewest requests that a version and stable each need in a minute to be compared: of fewer, a share of failed ones or a 95th
    /// percentile says little, however many minutes are added up.</summary>
    internal const int LeastCompared = 30;

    /// <summary>What stable's latency is taken as at least: three times next to nothing is nothing that a caller could feel.</summary>
    internal static readonly TimeSpan LeastLatency = TimeSpan.FromMilliseconds(1);

    // So that the two values of a 0/1 metric are two datapoints of a minute, also to a store that keeps one for each stream and time.
    private readonly DateTimeOffset beside = start + length / 60;

    /// <summary>The metrics of a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="processes">What its processes said of the minute.</param>
    /// <param name="before">What they said of the minutes before, in their order.</param>
    /// <param name="leftOut">How many streams there are above <see cref="MaxStreams"/>.</param>
    internal List<MetricData> Compute(ModelName model, IReadOnlyList<ProcessReport> processes, IReadOnlyList<ProcessReport> before, out int leftOut)
    {
        var counts = VersionStream.AddUp(processes);
        var stable = counts.Where(static pair => pair.Key.IsStable).Aggregate(RequestCounts.None, static (sum, pair) => sum + pair.Value);
        var requests = counts.Values.Sum(static of => of.Requests);
        List<VersionStream> streams = [.. counts.Keys.Union(VersionStream.AddUp(before).Keys).Order()];
        leftOut = Math.Max(0, streams.Count - MaxStreams);
        var metrics = new List<MetricData>();
        foreach (var stream in streams.Take(MaxStreams))
        {
            var dimensions = stream.Dimensions(model);
            if (Reporting(stream.Version, processes, before) is { } reporting)
                metrics.Add(Data(ModelMetric.Reporting, dimensions, Once(reporting)));
            if (!counts.TryGetValue(stream, out var of))
                continue;
            metrics.Add(Data(ModelMetric.Requests, dimensions, Once(of.Requests)));
            if (requests > 0)
                metrics.Add(Data(Share, dimensions, Once((double)of.Requests / requests)));
            AddTelling(metrics, dimensions, of);
            if (!stream.IsStable && of.Telling >= LeastCompared && stable.Telling >= LeastCompared)
                AddCompared(metrics, dimensions, of, stable);
        }

        return metrics;
    }

    /// <summary>Whether a model's rollout is refused.</summary>
    internal MetricData Refused(ModelName model, bool isRefused) =>
        Data(RefusedRollout, new Dictionary<string, string> { [Model] = model.Text }, Once(isRefused ? 1 : 0));

    /// <summary>That the minute was posted.</summary>
    internal MetricData Beat(string environment) => Data(Heartbeat, new Dictionary<string, string> { [ModelMetric.Environment] = environment }, Once(1));

    private void AddTelling(List<MetricData> metrics, IReadOnlyDictionary<string, string> dimensions, RequestCounts of)
    {
        if (of.Telling == 0)
            return;
        metrics.Add(Data(Failure, dimensions, OneOrZero(of.Count(AnswerKind.Failed), of.Telling - of.Count(AnswerKind.Failed))));
        if (of.Count(AnswerKind.Answered) + of.Count(AnswerKind.NonFinite) > 0)
            metrics.Add(Data(NonFinite, dimensions, OneOrZero(of.Count(AnswerKind.NonFinite), of.Count(AnswerKind.Answered))));
        foreach (var (name, quantile) in (ReadOnlySpan<(string, double)>)[(LatencyP50, 0.5), (LatencyP95, 0.95), (LatencyP99, 0.99)])
            metrics.Add(Data(name, dimensions, Once(of.Latency(quantile)!.Value.TotalMilliseconds)));
    }

    private void AddCompared(List<MetricData> metrics, IReadOnlyDictionary<string, string> dimensions, RequestCounts of, RequestCounts stable)
    {
        var weight = Weight(of.Telling);
        metrics.Add(Data(FailureExcess, dimensions, new MetricDatapoint(start, FailedShare(of) - FailedShare(stable), weight)));
        var slow = stable.Latency(0.95)!.Value;
        metrics.Add(Data(LatencyRatio, dimensions, new MetricDatapoint(start, of.Latency(0.95)!.Value / (slow > LeastLatency ? slow : LeastLatency), weight)));
    }

    // Null where all that were there before have left as they were asked to: nobody has to be looked for.
    private static int? Reporting(ModelVersion version, IReadOnlyList<ProcessReport> processes, IReadOnlyList<ProcessReport> before)
    {
        var there = processes.Where(process => process.Version == version).DistinctBy(static process => process.Incarnation).Count();
        if (there > 0)
            return there;
        return before.Where(process => process.Version == version).GroupBy(static process => process.Incarnation).All(static reports => reports.Any(static report => report.IsLeaving)) ? null : 0;
    }

    private static double FailedShare(RequestCounts of) => (double)of.Count(AnswerKind.Failed) / of.Telling;

    private static MetricData Data(string name, IReadOnlyDictionary<string, string> dimensions, params MetricDatapoint[] points) =>
        new() { Namespace = ModelMetric.Namespace, Name = name, Dimensions = dimensions, Datapoints = points };

    private MetricDatapoint Once(double value) => new(start, value);

    private MetricDatapoint[] OneOrZero(long ones, long zeros)
    {
        MetricDatapoint[] both = [new(start, 0, Weight(zeros)), new(beside, 1, Weight(ones))];
        return ones == 0 ? both[..1] : zeros == 0 ? both[1..] : both;
    }

    private static int Weight(long count) => (int)Math.Min(count, int.MaxValue);
}
