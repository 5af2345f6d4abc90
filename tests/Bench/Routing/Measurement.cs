namespace ModelServing.Bench.Routing;

/// <summary>One measurement of one server.</summary>
/// <param name="Load">The load generator's figures.</param>
/// <param name="ProcessorTime">The server's own processor time per request. A busy machine affects this figure least.</param>
internal sealed record Measurement(WrkResult Load, TimeSpan ProcessorTime);
