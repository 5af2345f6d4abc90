namespace ModelServing.Infra.Workloads;

/// <summary>The Job that compacts the event log.</summary>
public sealed record CompactJobArgs : FeatureJobArgs
{
    /// <summary>The days for which segments stay at least.</summary>
    public required int KeepDays { get; init; }
}
