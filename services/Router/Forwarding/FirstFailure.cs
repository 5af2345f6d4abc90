namespace ModelServing.Router.Forwarding;

/// <summary>A first attempt that failed, or was slow, at a variant beside stable. It is evidence only if stable answers the same request
/// well.</summary>
/// <param name="Attempt">The first attempt.</param>
/// <param name="Result">How it ended.</param>
internal sealed record FirstFailure(Attempt Attempt, AttemptResult Result);
