namespace ModelServing.Rollout.Guard;

/// <summary>What the guard watches for. Each kind has a quarter of the false alarms that the rollout allows.</summary>
public enum GuardKind
{
    /// <summary>Errors of the watched variant against stable's.</summary>
    Error,

    /// <summary>Slow answers against stable's.</summary>
    Slow,

    /// <summary>Answers that hold NaN or infinity against stable's.</summary>
    NonFinite,

    /// <summary>The watched variant's own share of failures, of whatever kind, against the rollout's <c>maxErrorRate</c>.</summary>
    MaxErrorRate,
}
