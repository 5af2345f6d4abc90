namespace ModelServing.Features.Events;

/// <summary>An event of the event log.</summary>
/// <param name="Sequence">Its position in the log, from 1.</param>
public readonly record struct LoggedEvent(long Sequence, FeatureEvent Event);
