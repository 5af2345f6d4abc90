namespace ModelServing.Cli.Demo;

/// <summary>A version's metrics for one minute, as ModelMetrics posted them.</summary>
/// <param name="Minute">When the minute began.</param>
/// <param name="Requests">The number of requests.</param>
/// <param name="Failed">How many of them failed.</param>
internal sealed record MinuteFigures(DateTimeOffset Minute, string Variant, int Version, long Requests, long Failed);
