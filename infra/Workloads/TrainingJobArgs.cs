using ModelServing.Contracts.Features;
using Pulumi;

namespace ModelServing.Infra.Workloads;

/// <summary>The Job that exports training tables.</summary>
public sealed record TrainingJobArgs
{
    /// <summary>The image of the jobs, by digest.</summary>
    public required Input<string> Image { get; init; }

    /// <summary>The views whose features a table has, each name once.</summary>
    public required IReadOnlyList<NamedView> Views { get; init; }

    /// <summary>The number of pods.</summary>
    public required int Shards { get; init; }

    /// <summary>The memory for rows and events in each pod, in MB.</summary>
    public required int MemoryMbs { get; init; }

    /// <summary>The disk for temporary files in each pod, in GB.</summary>
    public required int StorageGbs { get; init; }
}
