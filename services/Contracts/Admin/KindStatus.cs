namespace ModelServing.Contracts.Admin;

/// <summary>The guard's evidence about a kind of failure.</summary>
/// <param name="Kind">The kind: <c>error</c>, <c>slow</c>, <c>nonFinite</c>, <c>maxErrorRate</c>.</param>
/// <param name="Threshold">The evidence at which the version is condemned.</param>
/// <param name="Failures">The variant's failures since its trial began.</param>
/// <param name="Others">Stable's failures; for <c>maxErrorRate</c>, the variant's other first attempts.</param>
public sealed record KindStatus(string Kind, double Evidence, double Threshold, long Failures, long Others);
