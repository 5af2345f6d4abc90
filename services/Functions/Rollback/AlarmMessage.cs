namespace ModelServing.Functions.Rollback;

/// <summary>The parts of an alarm's message that matter here.</summary>
/// <param name="Type">The alarm's change in Monitoring's words, as in <c>OK_TO_FIRING</c>; empty if the message has none.</param>
/// <param name="Streams">The streams that the message is about; empty if none fires any more.</param>
internal sealed record AlarmMessage(string Type, IReadOnlyList<AlarmStream> Streams);
