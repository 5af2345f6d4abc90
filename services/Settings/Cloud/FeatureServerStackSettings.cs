using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Cloud;

/// <summary>The size of the feature server's only pod and of its volume.</summary>
public sealed record FeatureServerStackSettings
{
    // What is left is for segments that are read again from the object store, and for the file system.
    private const decimal ShareOfLog = 0.8m;

    [Setting(
        "The processor time that the pod requests. It may use more if the node has more.",
        Pattern = PodSettings.CpuPattern,
        Form = PodSettings.CpuForm,
        Example = "1")]
    public string Cpu { get; init; } = "1";

    [Setting(
        "The memory that the pod requests. It is also the limit.",
        Pattern = PodSettings.MemoryPattern,
        Form = PodSettings.MemoryForm,
        Example = "2Gi")]
    public string Memory { get; init; } = "2Gi";

    [Setting(
        "The size of the volume in GB. The event log takes at most 80% of it. It may grow later, after the claim in the cluster has grown "
        + "(docs/operations.md).",
        Min = "50",
        Max = "32768")]
    public int VolumeInGbs { get; init; } = 50;

    [Setting("The pods of a rebuild, which a person starts after the cache has lost its values (docs/operations.md).")]
    public FeatureRebuildSettings Rebuild { get; init; } = new();

    [Setting("The pods of an export of a training table, which a person starts (docs/features.md).")]
    public TrainingExportSettings Export { get; init; } = new();

    [Setting("The pod that compacts the event log, which a person starts (docs/feature-server.md).")]
    public CompactionSettings Compaction { get; init; } = new();

    /// <summary>The most bytes of the event log on the volume.</summary>
    public long LogBytes => (long)(VolumeInGbs * ShareOfLog * 1024 * 1024 * 1024);
}
