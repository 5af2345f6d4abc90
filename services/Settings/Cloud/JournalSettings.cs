using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Cloud;

/// <summary>The capacity of the journal's table.</summary>
public sealed record JournalSettings
{
    [Setting("The read capacity of the table in KB per second.", Min = "1", Max = "10000")]
    public int ReadUnits { get; init; } = 50;

    [Setting("The write capacity of the table in KB per second.", Min = "1", Max = "10000")]
    public int WriteUnits { get; init; } = 20;

    [Setting("The largest size of the table in GB.", Min = "1", Max = "1000")]
    public int StorageInGbs { get; init; } = 1;

    [Setting(
        "Whether a job copies the journal into the bucket each day, under `datalake/journal/`. It runs once `images.jobs` is set. "
        + "`ms journal restore` puts a copy back.")]
    public bool Backup { get; init; } = true;
}
