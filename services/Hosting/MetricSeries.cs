namespace ModelServing.Hosting;

/// <summary>How many series each of a host's metrics must have room for, if that depends on what the host serves. A meter drops those
/// beyond its limit without a word.</summary>
public sealed record MetricSeries(int Most);
