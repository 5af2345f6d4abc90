using ModelServing.Contracts.Monitoring;

namespace ModelServing.Cli.Monitoring;

/// <summary>The datapoints of the last hour, in memory. A full store refuses further datapoints; it never drops any silently.</summary>
/// <param name="minute">How long a minute of the platform lasts.</param>
/// <param name="time">The clock.</param>
internal sealed class DatapointStore(TimeSpan minute, TimeProvider time)
{
    private const int MaxStreams = 5_000;
    private const int MaxDatapoints = 1_000;

    private readonly TimeSpan kept = 70 * minute;
    private readonly TimeSpan remembered = 3 * 1440 * minute;
    private readonly Lock gate = new();
    private readonly Dictionary<(string Namespace, string Metric), Dictionary<Dimensions, Series>> metrics = [];

    /// <summary>Adds the metrics of a post. Returns the refused ones, with the reasons.</summary>
    internal IReadOnlyList<(MetricData Data, string Why)> Add(MetricPost post)
    {
        var refused = new List<(MetricData, string)>();
        lock (gate)
        {
            Forget();
            foreach (var data in post.MetricData)
            {
                if (Add(data) is { } why)
                    refused.Add((data, why));
            }
        }

        return refused;
    }

    /// <summary>Reads the streams of a metric: the datapoints from <paramref name="from"/> up to but excluding <paramref name="to"/>, and
    /// the time of the last one before that end.</summary>
    internal IReadOnlyList<StreamWindow> Read(string @namespace, string metric, DateTimeOffset from, DateTimeOffset to)
    {
        lock (gate)
        {
            return metrics.TryGetValue((@namespace, metric), out var streams)
                ? [.. streams.Select(pair => new StreamWindow(pair.Key, pair.Value.Between(from, to), pair.Value.LastBefore(to)))]
                : [];
        }
    }

    private string? Add(MetricData data)
    {
        if (data.Dimensions.Count is < 1 or > 20)
            return $"it has {data.Dimensions.Count} dimensions; it must have 1 to 20";
        if (data.Dimensions.Any(static pair => pair.Key.Length == 0 || pair.Value.Length == 0))
            return "a dimension is empty";
        if (data.Datapoints.Any(static point => !double.IsFinite(point.Value) || point.Count < 1))
            return "a datapoint has a value that is not a number, or a count below 1";
        var now = time.GetUtcNow();
        if (data.Datapoints.FirstOrDefault(
            point => point.Timestamp < now - TimeSpan.FromHours(2) || point.Timestamp > now + TimeSpan.FromMinutes(10)) is { } off)
            return $"the time {off.Timestamp:O} is more than 2 h in the past or 10 min ahead";
        if (!metrics.TryGetValue((data.Namespace, data.Name), out var streams))
            metrics.Add((data.Namespace, data.Name), streams = []);
        var dimensions = new Dimensions(data.Dimensions);
        if (!streams.TryGetValue(dimensions, out var series))
        {
            if (metrics.Values.Sum(static all => all.Count) >= MaxStreams)
                return $"there are already {MaxStreams} streams";
            streams.Add(dimensions, series = new Series());
        }

        if (series.Points.Count + data.Datapoints.Count > MaxDatapoints)
            return $"the stream has {series.Points.Count} datapoints; the most is {MaxDatapoints}";
        series.Add(data.Datapoints);
        return null;
    }

    private void Forget()
    {
        var now = time.GetUtcNow();
        foreach (var streams in metrics.Values)
        {
            foreach (var (dimensions, series) in streams)
            {
                series.Points.RemoveAll(point => point.Timestamp < now - kept);
                if (series.Last < now - remembered)
                    streams.Remove(dimensions);
            }
        }
    }

    private sealed class Series
    {
        private DateTimeOffset lastForgotten = DateTimeOffset.MinValue;

        internal List<MetricDatapoint> Points { get; } = [];

        internal DateTimeOffset Last { get; private set; } = DateTimeOffset.MinValue;

        internal void Add(IReadOnlyList<MetricDatapoint> points)
        {
            if (Points.Count == 0)
                lastForgotten = Last;
            Points.AddRange(points);
            foreach (var point in points)
                Last = point.Timestamp > Last ? point.Timestamp : Last;
        }

        internal IReadOnlyList<MetricDatapoint> Between(DateTimeOffset from, DateTimeOffset to) =>
            [.. Points.Where(point => point.Timestamp >= from && point.Timestamp < to)];

        internal DateTimeOffset? LastBefore(DateTimeOffset end)
        {
            var forgotten = Points.Count == 0 ? Last : lastForgotten;
            var last = Points.Where(point => point.Timestamp < end).Select(static point => point.Timestamp).DefaultIfEmpty(forgotten).Max();
            return last > DateTimeOffset.MinValue && last < end ? last : null;
        }
    }
}
