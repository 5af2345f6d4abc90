using ModelServing.Contracts;
using Pulumi;

namespace ModelServing.Infra.Workloads;

/// <summary>The daily export of the prediction log.</summary>
public sealed record ExportJobArgs
{
    /// <summary>The image of the jobs, by digest.</summary>
    public required Input<string> Image { get; init; }

    /// <summary>The models whose predictions are exported.</summary>
    public required IReadOnlyList<ModelName> Models { get; init; }

    /// <summary>The hour in UTC at which the job starts.</summary>
    public required int Hour { get; init; }

    /// <summary>The number of pods.</summary>
    public required int Shards { get; init; }

    /// <summary>The memory for rows in each pod, in MB.</summary>
    public required int MemoryMbs { get; init; }

    /// <summary>The disk for temporary files in each pod, in GB.</summary>
    public required int StorageGbs { get; init; }
}
