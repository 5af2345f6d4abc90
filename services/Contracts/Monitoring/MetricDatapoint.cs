namespace ModelServing.Contracts.Monitoring;

/// <summary>A datapoint.</summary>
/// <param name="Timestamp">Its time.</param>
/// <param name="Value">Its value.</param>
/// <param name="Count">Its weight: how often the value occurred.</param>
public sealed record MetricDatapoint(DateTimeOffset Timestamp, double Value, int Count = 1);
