using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Cloud;

/// <summary>The pods of an export of a training table.</summary>
public sealed record TrainingExportSettings
{
    [Setting("The number of pods, each of which exports the rows of an equal part of the entities.", Min = "1", Max = "1000")]
    public int Shards { get; init; } = 4;

    [Setting("The memory for rows and events in each pod, in MB.", Min = "64", Max = "65536")]
    public int MemoryInMbs { get; init; } = 512;

    [Setting(
        "The disk space for temporary files in each pod, in GB. It must hold the events and rows of the pod's part several times, and all "
        + "rows once.",
        Min = "1",
        Max = "1000")]
    public int StorageInGbs { get; init; } = 16;
}
