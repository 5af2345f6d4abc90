using ModelServing.Bench.Routing;

namespace ModelServing.Bench.Splitting;

/// <summary>One way of a request over all rounds.</summary>
/// <param name="Name">The way's name.</param>
/// <param name="RequestsPerSecond">Answered requests per second.</param>
/// <param name="P50Milliseconds">The median latency.</param>
/// <param name="P99Milliseconds">The 99th percentile of the latency.</param>
/// <param name="Function">Processor microseconds per request of the function's containers.</param>
/// <param name="Router">Processor microseconds per request of the router.</param>
/// <param name="Cache">Processor microseconds per request of the cache.</param>
internal sealed record WayReport(
    string Name,
    Spread RequestsPerSecond,
    Spread P50Milliseconds,
    Spread P99Milliseconds,
    Spread Function,
    Spread Router,
    Spread Cache)
{
    internal static WayReport From(string name, IReadOnlyList<WayRound> rounds)
    {
        return new(
            name,
            Over(static round => round.RequestsPerSecond),
            Over(static round => round.P50Milliseconds),
            Over(static round => round.P99Milliseconds),
            Over(static round => round.Function),
            Over(static round => round.Router),
            Over(static round => round.Cache));

        Spread Over(Func<WayRound, double> figure) => Spread.From(rounds.Select(figure));
    }
}
