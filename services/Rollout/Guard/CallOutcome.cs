namespace ModelServing.Rollout.Guard;

/// <summary>How a first attempt ended, if that is evidence about the version.</summary>
/// <remarks>
/// A client error (4xx) has no outcome: the request was at fault. Neither has a refused connection, because the request never reached the
/// version; it fails over, and <see cref="ReachabilityWatch"/> watches versions that stay unreachable. The attempt limit applies to both
/// variants: a stable answer that came later than the limit counts as <see cref="Error"/>, as the canary's would, although nothing cut it.
/// With the limit on the canary alone, and 1% of calls over it, 92% of rollouts of two equal versions were rolled back.
/// </remarks>
public enum CallOutcome
{
    /// <summary>A good answer in time.</summary>
    Succeeded,

    /// <summary>A 5xx, a lost connection, or no answer within the attempt limit.</summary>
    Error,

    /// <summary>A good answer, but later than the rollout's <c>slowerThan</c> or, without it, than the <see cref="SlowLimit"/>.</summary>
    Slow,

    /// <summary>An answer with <c>X-Model-Outcome: non-finite</c>: its outputs hold NaN or infinity.</summary>
    NonFinite,
}
