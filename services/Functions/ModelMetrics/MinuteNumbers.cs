using ModelServing.Cache.Reports;
using ModelServing.Contracts;
using ModelServing.Contracts.Monitoring;
using static ModelServing.Contracts.Monitoring.ModelMetric;

namespace ModelServing.Functions.ModelMetrics;

/// <summary>Computes the metrics of <see cref="ModelMetric"/> from a minute's reports of a model. The result depends on its arguments
/// alone.</summary>
/// <param name="start">The start of the minute.</param>
/// <param name="length">The length of the minute.</param>
internal sealed class MinuteNumbers(DateTimeOffset start, TimeSpan length)
{
    /// <summary>The most streams of a model that are posted for a minute.</summary>
    internal const int MaxStreams = 64;

    /// <summary>The fewest requests in a minute for which a version is compared with stable; both need them. With fewer, a share of
    /// failures or a 95th percentile means little, however many minutes are combined.</summary>
    internal const int LeastCompared = 30;

    /// <summary>The lower bound for stable's latency in comparisons: callers do not notice three times next to nothing.</summary>
    internal static readonly TimeSpan LeastLatency = TimeSpan.FromMilliseconds(1);

    private readonly MinutePoints points = new(start, length);

    /// <summary>Computes the metrics of a model.</summary>
    /// <param name="processes">The reports of its processes for the minute.</param>
    /// <param name="before">Their reports for the minutes before, in order.</param>
    /// <param name="leftOut">The number of streams above <see cref="MaxStreams"/>, which are left out.</param>
    internal List<MetricData> Compute(
        ModelName model,
        IReadOnlyList<ProcessReport> processes,
        IReadOnlyList<ProcessReport> before,
        out int leftOut)
    {
        var counts = VersionStream.AddUp(processes);
        var stable = counts.Where(static pair => pair.Key.IsStable).Aggregate(RequestCounts.None, static (sum, pair) => sum + pair.Value);
        var failures = new ComparedFailures(processes);
        var requests = counts.Values.Sum(static counted => counted.Requests);
        List<VersionStream> streams = [.. counts.Keys.Union(VersionStream.AddUp(before).Keys).Order()];
        leftOut = Math.Max(0, streams.Count - MaxStreams);
        var metrics = new List<MetricData>();
        foreach (var stream in streams.Take(MaxStreams))
        {
            var dimensions = stream.Dimensions(model);
            if (Reporting(stream.Version, processes, before) is { } reporting)
                metrics.Add(Data(ModelMetric.Reporting, dimensions, points.Once(reporting)));
            if (!counts.TryGetValue(stream, out var counted))
                continue;
            metrics.Add(Data(ModelMetric.Requests, dimensions, points.Once(counted.Requests)));
            if (requests > 0)
                metrics.Add(Data(Share, dimensions, points.Once((double)counted.Requests / requests)));
            AddOutcomes(metrics, dimensions, counted);
            if (!stream.IsStable && counted.Telling >= LeastCompared && stable.Telling >= LeastCompared)
                AddCompared(metrics, stream, dimensions, counted, stable, failures);
        }

        AddLogs(metrics, model, processes);
        return metrics;
    }

    /// <summary>The metric of whether a model's planned rollout is refused.</summary>
    internal MetricData Refused(ModelName model, bool isRefused) =>
        Data(RefusedRollout, new Dictionary<string, string> { [Model] = model.Text }, points.Once(isRefused ? 1 : 0));

    /// <summary>The heartbeat, which shows that the minute was posted.</summary>
    internal MetricData Beat(string environment) =>
        Data(Heartbeat, new Dictionary<string, string> { [ModelMetric.Environment] = environment }, points.Once(1));

    private void AddLogs(List<MetricData> metrics, ModelName model, IReadOnlyList<ProcessReport> processes)
    {
        foreach (var version in processes.Where(static process => process.Log is not null)
            .GroupBy(static process => process.Version, static process => process.Log!)
            .OrderBy(static version => version.Key))
        {
            var dimensions = new SortedDictionary<string, string>(StringComparer.Ordinal)
            {
                [Model] = model.Text,
                [ModelMetric.Version] = version.Key.ToString(),
            };
            metrics.Add(Data(PredictionBacklog, dimensions, points.Once(version.Sum(static log => log.Backlog))));
            metrics.Add(Data(PredictionBacklogSeconds, dimensions, points.Once(version.Max(static log => log.BacklogAge.TotalSeconds))));
            metrics.Add(Data(PredictionsAside, dimensions, points.Once(version.Sum(static log => log.Aside))));
            metrics.Add(Data(PredictionsLost, dimensions, points.Once(version.Sum(static log => log.Lost))));
        }
    }

    private void AddOutcomes(List<MetricData> metrics, IReadOnlyDictionary<string, string> dimensions, RequestCounts counted)
    {
        if (counted.Telling == 0)
            return;
        metrics.Add(Data(
            Failure,
            dimensions,
            points.OneOrZero(counted.Count(AnswerKind.Failed), counted.Telling - counted.Count(AnswerKind.Failed))));
        if (counted.Count(AnswerKind.Answered) + counted.Count(AnswerKind.NonFinite) > 0)
        {
            var nonFinite = counted.Count(AnswerKind.NonFinite);
            metrics.Add(Data(NonFinite, dimensions, points.OneOrZero(nonFinite, counted.Count(AnswerKind.Answered))));
        }

        foreach (var (name, quantile) in (ReadOnlySpan<(string, double)>)[(LatencyP50, 0.5), (LatencyP95, 0.95), (LatencyP99, 0.99)])
            metrics.Add(Data(name, dimensions, points.Once(counted.Latency(quantile)!.Value.TotalMilliseconds)));
    }

    private void AddCompared(
        List<MetricData> metrics,
        VersionStream stream,
        IReadOnlyDictionary<string, string> dimensions,
        RequestCounts counted,
        RequestCounts stable,
        ComparedFailures failures)
    {
        var weight = MinutePoints.Weight(counted.Telling);
        var failed = failures.Count(stream, Comparison.Error);
        // A request that the version refused (4xx) and stable answered is not among its telling ones.
        var telling = counted.Telling + Math.Max(0, failed - counted.Count(AnswerKind.Failed));
        metrics.Add(Data(
            FailureExcess,
            dimensions,
            new MetricDatapoint(start, (double)failed / telling - ShareOf(AnswerKind.Failed, stable), MinutePoints.Weight(telling))));
        var nonFinite = (double)failures.Count(stream, HeaderNames.NonFinite) / counted.Telling;
        metrics.Add(Data(
            NonFiniteExcess,
            dimensions,
            new MetricDatapoint(start, nonFinite - ShareOf(AnswerKind.NonFinite, stable), weight)));
        var slow = stable.Latency(0.95)!.Value;
        metrics.Add(Data(
            LatencyRatio,
            dimensions,
            new MetricDatapoint(start, counted.Latency(0.95)!.Value / (slow > LeastLatency ? slow : LeastLatency), weight)));
    }

    // Null if every process of the minutes before has stopped regularly: none is missing.
    private static int? Reporting(ModelVersion version, IReadOnlyList<ProcessReport> processes, IReadOnlyList<ProcessReport> before)
    {
        var there = processes.Where(process => process.Version == version).DistinctBy(static process => process.Incarnation).Count();
        if (there > 0)
            return there;
        var earlier = before.Where(process => process.Version == version).GroupBy(static process => process.Incarnation);
        return earlier.All(static reports => reports.Any(static report => report.IsLeaving)) ? null : 0;
    }

    private static double ShareOf(AnswerKind kind, RequestCounts counted) => (double)counted.Count(kind) / counted.Telling;

    internal static MetricData Data(string name, IReadOnlyDictionary<string, string> dimensions, params MetricDatapoint[] points) =>
        new() { Namespace = ModelMetric.Namespace, Name = name, Dimensions = dimensions, Datapoints = points };
}
