namespace ModelServing.Spool;

/// <summary>A segment that gets no more records.</summary>
/// <param name="Number">The segment's number, from 1.</param>
/// <param name="Length">The bytes that records take.</param>
/// <param name="LastNumber">The number of its last record.</param>
public readonly record struct SealedSegment(long Number, int Length, ulong LastNumber);
