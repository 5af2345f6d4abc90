namespace ModelServing.Router.Splitting;

/// <summary>What the function TrafficSplitter wants of a router.</summary>
internal enum SplitKind
{
    /// <summary>A first attempt at the variant that the function assigned.</summary>
    Assigned,

    /// <summary>A retry on stable.</summary>
    Retried,

    /// <summary>An answer of stable, whatever the rollout.</summary>
    OnlyStable,
}
