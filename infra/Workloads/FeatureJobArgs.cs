using Pulumi;

namespace ModelServing.Infra.Workloads;

/// <summary>A job of the feature store.</summary>
public abstract record FeatureJobArgs
{
    /// <summary>The image of the jobs, by digest.</summary>
    public required Input<string> Image { get; init; }

    /// <summary>The memory for rows and events in each pod, in MB.</summary>
    public required int MemoryMbs { get; init; }

    /// <summary>The disk for temporary files in each pod, in GB.</summary>
    public required int StorageGbs { get; init; }
}
