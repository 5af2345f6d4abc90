namespace ModelServing.Infra.Journal;

/// <summary>What <see cref="JournalComponent"/> is given.</summary>
public sealed class JournalArgs : ComponentArgs
{
    /// <summary>Read units: KB per second of eventual reads; a consistent one takes two. 50 by default.</summary>
    public int ReadUnits { get; init; } = 50;

    /// <summary>Write units: KB per second. 20 by default.</summary>
    public int WriteUnits { get; init; } = 20;

    /// <summary>The most that the table holds, in GB. 1 by default: some million events.</summary>
    public int StorageGbs { get; init; } = 1;

    /// <summary>Whether the table is protected from being deleted, and kept in the cloud when the stack goes. True by default.</summary>
    public bool DataProtection { get; init; } = true;

    internal JournalArgs CheckedSizes() => ReadUnits < 1 || WriteUnits < 1 || StorageGbs < 1
        ? throw new ArgumentException($"{nameof(ReadUnits)} {ReadUnits}, {nameof(WriteUnits)} {WriteUnits}, {nameof(StorageGbs)} {StorageGbs}: each is 1 at least")
        : this;
}
