namespace ModelServing.Bench;

/// <summary>What wrk measured in one go.</summary>
/// <param name="RequestsPerSecond">Answers a second.</param>
/// <param name="Requests">How many answers that were.</param>
/// <param name="P50">The median latency.</param>
/// <param name="P99">The latency that 99% of requests stay below.</param>
internal sealed record WrkResult(double RequestsPerSecond, long Requests, TimeSpan P50, TimeSpan P99);
