using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Cloud;

/// <summary>The capacity of the tables of predictions and outcomes, and how long exports are kept. docs/predictions.md computes the
/// units.</summary>
public sealed record PredictionStoreSettings
{
    [Setting("The read capacity of the table of predictions in KB per second.", Min = "1", Max = "40000")]
    public int ReadUnits { get; init; } = 200;

    [Setting("The write capacity of the table of predictions in KB per second.", Min = "1", Max = "20000")]
    public int WriteUnits { get; init; } = 500;

    [Setting("The largest size of the table of predictions in GB.", Min = "1", Max = "5000")]
    public int StorageInGbs { get; init; } = 50;

    [Setting("The read capacity of the table of outcomes in KB per second.", Min = "1", Max = "40000")]
    public int OutcomeReadUnits { get; init; } = 150;

    [Setting("The write capacity of the table of outcomes in KB per second.", Min = "1", Max = "20000")]
    public int OutcomeWriteUnits { get; init; } = 50;

    [Setting("The largest size of the table of outcomes in GB.", Min = "1", Max = "5000")]
    public int OutcomeStorageInGbs { get; init; } = 5;

    [Setting(
        "How many days exports, and tensors that are too large for a row, are kept in the bucket under `datalake/`. At least "
        + "`modelserving:predictions.retentionDays`.",
        Min = "1",
        Max = "3650")]
    public int ExportDays { get; init; } = 365;

    [Setting("The job that exports each day's predictions into the bucket, as Parquet files under `datalake/predictions/`.")]
    public PredictionExportSettings Export { get; init; } = new();
}
