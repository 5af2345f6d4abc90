namespace ModelServing.Spool;

/// <summary>A record that was read from a spool.</summary>
/// <param name="Bytes">The record.</param>
/// <param name="Number">Its number in the spool.</param>
/// <param name="End">The place after it.</param>
public readonly record struct SpooledRecord(byte[] Bytes, ulong Number, SpoolPosition End);
