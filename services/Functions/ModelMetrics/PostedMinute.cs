namespace ModelServing.Functions.ModelMetrics;

/// <summary>A minute that was posted.</summary>
/// <param name="Start">When it began.</param>
/// <param name="Streams">How many streams were posted.</param>
/// <param name="Refused">How many of those Monitoring did not take.</param>
internal sealed record PostedMinute(DateTimeOffset Start, int Streams, int Refused);
