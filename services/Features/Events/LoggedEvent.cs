namespace ModelServing.Features.Events;

/// <summary>An event of the event log.</summary>
/// <param name="Sequence">Its position in the log, from 1.</param>
/// <param name="Event">The event.</param>
public readonly record struct LoggedEvent(long Sequence, FeatureEvent Event);
