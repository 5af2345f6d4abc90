using ModelServing.Contracts.Features;
using Pulumi;

namespace ModelServing.Infra.Workloads;

public sealed record FeatureServerArgs
{
    /// <summary>The image, by digest.</summary>
    public required Input<string> Image { get; init; }

    /// <summary>The CPU that the pod requests, as in <c>1</c>.</summary>
    public required string Cpu { get; init; }

    /// <summary>The memory that the pod requests, which is also its limit, as in <c>2Gi</c>.</summary>
    public required string Memory { get; init; }

    /// <summary>The size of the event log's volume, in GB. A block volume has at least 50.</summary>
    public required int VolumeGbs { get; init; }

    /// <summary>How the event log is written.</summary>
    public required EventLogSettings Log { get; init; }

    /// <summary>The views that are filled.</summary>
    public required IReadOnlyList<NamedView> Views { get; init; }

    /// <summary>The Job that fills them faster, which people start.</summary>
    public required RebuildJobArgs Rebuild { get; init; }

    /// <summary>The Job that exports training tables, which people start.</summary>
    public required TrainingJobArgs Training { get; init; }

    /// <summary>The Job that compacts the event log, which people start.</summary>
    public required CompactJobArgs Compact { get; init; }
}
