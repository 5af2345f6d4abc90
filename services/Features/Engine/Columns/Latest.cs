namespace ModelServing.Features.Engine.Columns;

/// <summary>The value of the latest event of a tile, if it has values. Of two events at one time, the one with the larger key is the
/// later.</summary>
internal readonly record struct Latest(bool Exists, long Offset, UInt128 Key, long Value)
{
    internal bool IsBefore(long offset, UInt128 key) => !Exists || Offset < offset || (Offset == offset && Key < key);
}
