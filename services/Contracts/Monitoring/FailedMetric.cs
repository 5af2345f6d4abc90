namespace ModelServing.Contracts.Monitoring;

/// <summary>A stream that Monitoring refused.</summary>
/// <param name="Message">The reason.</param>
/// <param name="MetricData">The stream.</param>
public sealed record FailedMetric(string Message, MetricData MetricData);
