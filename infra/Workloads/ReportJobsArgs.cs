using ModelServing.Contracts.Experiments;
using Pulumi;

namespace ModelServing.Infra.Workloads;

/// <summary>The jobs that read the prediction log and print a report.</summary>
public sealed record ReportJobsArgs
{
    /// <summary>The image of the jobs, by digest.</summary>
    public required Input<string> Image { get; init; }

    /// <summary>The experiments whose arms can be compared, at most one of each model.</summary>
    public required IReadOnlyList<ExperimentDocument> Experiments { get; init; }

    /// <summary>The replays that can be started, one of each model, without a version.</summary>
    public required IReadOnlyList<ReplayDocument> Replays { get; init; }

    /// <summary>The memory for rows in each pod, in MB.</summary>
    public required int MemoryMbs { get; init; }

    /// <summary>The disk for temporary files in each pod, in GB.</summary>
    public required int StorageGbs { get; init; }
}
