namespace ModelServing.Bench.Routing;

/// <summary>A server's processor time per request, divided by another server's in the same round.</summary>
/// <param name="Server">The server.</param>
/// <param name="Against">The server with which it is compared.</param>
/// <param name="Ratio">Below 1 if <paramref name="Server"/> needs less.</param>
internal sealed record ProcessorRatio(string Server, string Against, Spread Ratio);
