namespace ModelServing.Contracts;

public enum MetricKind
{
    /// <summary>It only grows. Prometheus adds <c>_total</c> to its name.</summary>
    Counter,

    Gauge,

    /// <summary>Times in seconds, in the buckets of <see cref="MetricNames.LatencyBounds"/>.</summary>
    Histogram,
}
