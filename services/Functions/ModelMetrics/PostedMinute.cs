namespace ModelServing.Functions.ModelMetrics;

/// <summary>A posted minute.</summary>
/// <param name="Start">The start of the minute.</param>
/// <param name="Streams">The number of posted streams.</param>
/// <param name="Refused">How many of those Monitoring refused.</param>
internal sealed record PostedMinute(DateTimeOffset Start, int Streams, int Refused);
