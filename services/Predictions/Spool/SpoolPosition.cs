namespace ModelServing.Predictions.Spool;

/// <summary>A place in a spool.</summary>
/// <param name="Segment">The segment's number, from 1.</param>
/// <param name="Offset">The bytes of the segment before it.</param>
internal readonly record struct SpoolPosition(long Segment, int Offset) : IComparable<SpoolPosition>
{
    internal static SpoolPosition First => new(1, 0);

    public int CompareTo(SpoolPosition other) =>
        Segment != other.Segment ? Segment.CompareTo(other.Segment) : Offset.CompareTo(other.Offset);
}
