using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Cloud;

/// <summary>The pods of a rebuild of the feature views.</summary>
public sealed record FeatureRebuildSettings
{
    [Setting("The number of pods, each of which fills an equal part of the entities.", Min = "1", Max = "1000")]
    public int Shards { get; init; } = 4;

    [Setting("The memory for events in each pod, in MB.", Min = "64", Max = "65536")]
    public int MemoryInMbs { get; init; } = 512;

    [Setting("The disk space for temporary files in each pod, in GB. It must hold the events of the pod's part.", Min = "1", Max = "1000")]
    public int StorageInGbs { get; init; } = 8;
}
