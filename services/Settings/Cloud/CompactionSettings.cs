using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Cloud;

/// <summary>The compaction of the event log.</summary>
public sealed record CompactionSettings
{
    [Setting(
        "The days for which segments of the event log stay at least. They stay as long as a published view needs them anyway.",
        Min = "0",
        Max = "36500")]
    public int KeepDays { get; init; } = 30;

    [Setting("The memory for events in the pod, in MB.", Min = "64", Max = "65536")]
    public int MemoryInMbs { get; init; } = 512;

    [Setting("The disk space for temporary files in the pod, in GB.", Min = "2", Max = "1000")]
    public int StorageInGbs { get; init; } = 8;
}
