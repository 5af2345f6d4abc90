namespace ModelServing.Contracts.Monitoring;

/// <summary>A stream that was not taken.</summary>
/// <param name="Message">Why.</param>
/// <param name="MetricData">The stream.</param>
public sealed record FailedMetric(string Message, MetricData MetricData);
