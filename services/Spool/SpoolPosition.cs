namespace ModelServing.Spool;

/// <summary>A place in a spool.</summary>
/// <param name="Segment">The segment's number, from 1.</param>
/// <param name="Offset">The bytes of the segment before it.</param>
public readonly record struct SpoolPosition(long Segment, int Offset)
{
    public static SpoolPosition First => new(1, 0);
}
