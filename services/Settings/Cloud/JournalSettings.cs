using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Cloud;

/// <summary>The journal's table.</summary>
public sealed record JournalSettings
{
    /// <summary>The reads.</summary>
    [Setting("The reads of the table in KB per second.", Least = "1", Most = "10000")]
    public int ReadUnits { get; init; } = 50;

    /// <summary>The writes.</summary>
    [Setting("The writes to the table in KB per second.", Least = "1", Most = "10000")]
    public int WriteUnits { get; init; } = 20;

    /// <summary>The size.</summary>
    [Setting("The most that the table holds, in GB.", Least = "1", Most = "1000")]
    public int StorageInGbs { get; init; } = 1;
}
