namespace ModelServing.Rollout.Guard;

/// <summary>The kinds of failure that the guard watches for. Each kind may cause a quarter of the false alarms that the rollout
/// allows.</summary>
public enum GuardKind
{
    /// <summary>The watched variant's errors, compared with stable's.</summary>
    Error,

    /// <summary>Its slow answers, compared with stable's.</summary>
    Slow,

    /// <summary>Its answers that hold NaN or infinity, compared with stable's.</summary>
    NonFinite,

    /// <summary>The watched variant's own share of failures of any kind, compared with the rollout's <c>maxErrorRate</c>.</summary>
    MaxErrorRate,
}
