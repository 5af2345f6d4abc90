namespace ModelServing.Journal;

/// <summary>What came of reading a <see cref="SnapshotFile"/>.</summary>
/// <param name="Content">What was written last; null where there is nothing that can be trusted.</param>
/// <param name="Fault">Why a file that is there is not trusted, for a person; null where nothing is wrong.</param>
public sealed record Snapshot(byte[]? Content, string? Fault);
