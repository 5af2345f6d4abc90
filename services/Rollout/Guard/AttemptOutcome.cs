namespace ModelServing.Rollout.Guard;

/// <summary>How a first attempt ended, as the guard sees it.</summary>
/// <remarks>
/// An attempt has one outcome. The limit after which a canary's attempt is given up belongs to both variants: the caller gives a stable
/// answer that came later than that limit the outcome that the canary's would have had (<see cref="Error"/>), although nothing cut it.
/// With the limit on the canary alone, and 1% of calls over it, 92% of rollouts of two equal versions were rolled back.
/// </remarks>
public enum AttemptOutcome
{
    /// <summary>A good answer in time.</summary>
    Succeeded,

    /// <summary>The request was at fault (4xx). It says nothing of the version and is not counted at all.</summary>
    ClientError,

    /// <summary>A 5xx, a connection lost, or no answer within the attempt's limit.</summary>
    Error,

    /// <summary>A good answer, later than the rollout's <c>slowerThan</c>.</summary>
    Slow,

    /// <summary>Inference said <c>X-Model-Outcome: non-finite</c>.</summary>
    NonFinite,

    /// <summary>Refused, or no ready endpoint: the request never reached the version, so it is no evidence. It fails over;
    /// <see cref="ReachabilityWatch"/> looks after versions that stay away.</summary>
    Unreachable,
}
