namespace ModelServing.Bench.Scale;

/// <summary>What a model's journal costs with a number of events.</summary>
/// <param name="Events">The number of events, each a changed weight.</param>
/// <param name="DatabaseBytes">The size of the database.</param>
/// <param name="ReadSeconds">The processor time of a start without a snapshot: all events are read and applied.</param>
/// <param name="PageMilliseconds">The processor time of the first page of the history, the median of several.</param>
internal sealed record JournalRow(int Events, long DatabaseBytes, double ReadSeconds, double PageMilliseconds);
