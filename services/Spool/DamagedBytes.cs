namespace ModelServing.Spool;

/// <summary>A part of a segment that holds no whole record, although it should.</summary>
/// <param name="Position">Where it begins.</param>
/// <param name="Records">How many records are missing, by their numbers; at least 1.</param>
public sealed record DamagedBytes(SpoolPosition Position, byte[] Bytes, long Records);
