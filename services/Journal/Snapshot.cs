namespace ModelServing.Journal;

/// <summary>The result of reading a <see cref="SnapshotFile"/>.</summary>
/// <param name="Content">The last written content; null if no content can be trusted.</param>
/// <param name="Fault">Why an existing file is not trusted, for a person; null if nothing is wrong.</param>
public sealed record Snapshot(byte[]? Content, string? Fault);
