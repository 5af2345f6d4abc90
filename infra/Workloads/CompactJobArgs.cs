namespace ModelServing.Infra.Workloads;

/// <summary>The Job that compacts the event log.</summary>
public sealed record CompactJobArgs : FeatureJobArgs
{
    /// <summary>For how many days segments are kept at least.</summary>
    public required int KeepDays { get; init; }
}
