namespace ModelServing.Infra.Workloads;

/// <summary>The Job that fills the feature views.</summary>
public sealed record RebuildJobArgs : FeatureJobArgs
{
    /// <summary>The number of pods.</summary>
    public required int Shards { get; init; }
}
