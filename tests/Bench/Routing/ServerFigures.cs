namespace ModelServing.Bench.Routing;

/// <summary>A server's figures over all rounds.</summary>
internal sealed record ServerFigures(
    string Name, Spread RequestsPerSecond, Spread P50Milliseconds, Spread P99Milliseconds, Spread ProcessorMicroseconds)
{
    internal static ServerFigures From(string name, IReadOnlyList<Measurement> results) => new(
        name,
        Spread.From(results.Select(static result => result.Load.RequestsPerSecond)),
        Spread.From(results.Select(static result => result.Load.P50.TotalMilliseconds)),
        Spread.From(results.Select(static result => result.Load.P99.TotalMilliseconds)),
        Spread.From(results.Select(static result => result.ProcessorTime.TotalMicroseconds)));
}
