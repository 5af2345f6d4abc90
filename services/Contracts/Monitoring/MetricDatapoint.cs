namespace ModelServing.Contracts.Monitoring;

/// <param name="Timestamp">The time.</param>
/// <param name="Count">The weight: how often the value occurred.</param>
public sealed record MetricDatapoint(DateTimeOffset Timestamp, double Value, int Count = 1);
