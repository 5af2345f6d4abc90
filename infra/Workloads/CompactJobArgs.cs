using Pulumi;

namespace ModelServing.Infra.Workloads;

/// <summary>The Job that compacts the event log.</summary>
public sealed record CompactJobArgs
{
    /// <summary>The image of the jobs, by digest.</summary>
    public required Input<string> Image { get; init; }

    /// <summary>The days for which segments stay at least.</summary>
    public required int KeepDays { get; init; }

    /// <summary>The memory for events, in MB.</summary>
    public required int MemoryMbs { get; init; }

    /// <summary>The disk for temporary files, in GB.</summary>
    public required int StorageGbs { get; init; }
}
