using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Cloud;

/// <summary>The daily export of the prediction log. docs/predictions.md computes how many shards a day needs.</summary>
public sealed record PredictionExportSettings
{
    [Setting("Whether the job runs.")]
    public bool Enabled { get; init; } = true;

    [Setting(
        "The hour, in UTC, at which the job starts. It exports the day before, and must end before the next midnight.",
        Min = "0",
        Max = "20")]
    public int Hour { get; init; } = 2;

    [Setting("The number of pods, each of which exports an equal part of the day into a file of its own.", Min = "1", Max = "1000")]
    public int Shards { get; init; } = 4;

    [Setting(
        "The memory for rows in each pod, in MB. Rows of more than 12 KB need more: twenty times the size of 2,048 rows.",
        Min = "64",
        Max = "65536")]
    public int MemoryInMbs { get; init; } = 512;

    [Setting(
        "The disk space for temporary files in each pod, in GB. It must hold three times the bytes of the part's records.",
        Min = "1",
        Max = "1000")]
    public int StorageInGbs { get; init; } = 4;
}
