namespace ModelServing.Bench.Splitting;

/// <summary>One way of a request, measured in one round.</summary>
/// <param name="RequestsPerSecond">Answered requests per second.</param>
/// <param name="P50Milliseconds">The median latency.</param>
/// <param name="P99Milliseconds">The 99th percentile of the latency.</param>
/// <param name="Function">Processor microseconds per request of the function's containers.</param>
/// <param name="Router">Processor microseconds per request of the router.</param>
/// <param name="Cache">Processor microseconds per request of the cache.</param>
internal sealed record WayRound(
    double RequestsPerSecond, double P50Milliseconds, double P99Milliseconds, double Function, double Router, double Cache);
