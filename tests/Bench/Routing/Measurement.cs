namespace ModelServing.Bench.Routing;

/// <summary>One server, measured once.</summary>
/// <param name="Load">What the load generator saw.</param>
/// <param name="ProcessorTime">What a request cost the server itself: the figure that a busy machine moves least.</param>
internal sealed record Measurement(WrkResult Load, TimeSpan ProcessorTime);
