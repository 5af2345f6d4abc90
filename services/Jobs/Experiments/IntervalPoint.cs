namespace ModelServing.Jobs.Experiments;

/// <summary>An interval at a time of the experiment.</summary>
/// <param name="Time">The windows that had closed by then are counted.</param>
/// <param name="Units">The number of units of both arms.</param>
/// <param name="Value">The difference from stable.</param>
internal sealed record IntervalPoint(DateTimeOffset Time, long Units, double Value, double Lower, double Upper);
