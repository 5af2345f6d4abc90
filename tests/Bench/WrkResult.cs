namespace ModelServing.Bench;

/// <summary>The figures of one run of wrk.</summary>
/// <param name="RequestsPerSecond">Answers per second.</param>
/// <param name="Requests">The number of answers.</param>
/// <param name="P50">The median latency.</param>
/// <param name="P99">The 99th percentile of the latency.</param>
internal sealed record WrkResult(double RequestsPerSecond, long Requests, TimeSpan P50, TimeSpan P99);
