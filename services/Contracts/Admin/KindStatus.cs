namespace ModelServing.Contracts.Admin;

/// <summary>How a kind of failure stands.</summary>
/// <param name="Kind">The kind: <c>error</c>, <c>slow</c>, <c>nonFinite</c>, <c>maxErrorRate</c>.</param>
/// <param name="Evidence">The evidence.</param>
/// <param name="Threshold">The evidence that condemns.</param>
/// <param name="Failures">The variant's failures since its trial began.</param>
/// <param name="Others">Stable's; of <c>maxErrorRate</c> the variant's other first attempts.</param>
public sealed record KindStatus(string Kind, double Evidence, double Threshold, long Failures, long Others);
