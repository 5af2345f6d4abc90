using Pulumi;

namespace ModelServing.Infra.Workloads;

/// <summary>The Job that fills the feature views.</summary>
public sealed record RebuildJobArgs
{
    /// <summary>The image of the jobs, by digest.</summary>
    public required Input<string> Image { get; init; }

    /// <summary>The number of pods.</summary>
    public required int Shards { get; init; }

    /// <summary>The memory for events in each pod, in MB.</summary>
    public required int MemoryMbs { get; init; }

    /// <summary>The disk for temporary files in each pod, in GB.</summary>
    public required int StorageGbs { get; init; }
}
