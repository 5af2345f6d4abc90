namespace ModelServing.Bench.Routing;

/// <summary>How much processor time a request costs one server, divided by what it costs another in the same round.</summary>
/// <param name="Server">The server.</param>
/// <param name="Against">The server that it is compared with.</param>
/// <param name="Ratio">Below 1 when <paramref name="Server"/> needs less.</param>
internal sealed record ProcessorRatio(string Server, string Against, Spread Ratio);
