namespace ModelServing.Infra.Journal;

public sealed class JournalArgs : ComponentArgs
{
    /// <summary>The read units: KB per second of eventually consistent reads. A strongly consistent read takes twice as many. 50 by
    /// default.</summary>
    public int ReadUnits { get; init; } = 50;

    /// <summary>The write units: KB per second. 20 by default.</summary>
    public int WriteUnits { get; init; } = 20;

    /// <summary>The largest size of the table in GB. 1 by default, enough for millions of events.</summary>
    public int StorageGbs { get; init; } = 1;

    /// <summary>Whether the table is protected from deletion, and kept in the cloud if the stack is removed. True by default.</summary>
    public bool DataProtection { get; init; } = true;

    internal JournalArgs CheckedSizes() => ReadUnits < 1 || WriteUnits < 1 || StorageGbs < 1
        ? throw new ArgumentException(
            $"{nameof(ReadUnits)} {ReadUnits}, {nameof(WriteUnits)} {WriteUnits}, {nameof(StorageGbs)} {StorageGbs}: "
            + "each must be at least 1")
        : this;
}
