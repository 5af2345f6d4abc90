using ModelServing.Contracts;
using Pulumi;

namespace ModelServing.Infra.Workloads;

/// <summary>The daily copy of the journal.</summary>
public sealed record BackupJobArgs
{
    /// <summary>The image of the jobs, by digest.</summary>
    public required Input<string> Image { get; init; }

    /// <summary>The models whose events are copied.</summary>
    public required IReadOnlyList<ModelName> Models { get; init; }
}
