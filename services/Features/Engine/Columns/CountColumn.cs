namespace ModelServing.Features.Engine.Columns;

/// <summary>The number of events.</summary>
internal sealed class CountColumn : ArrayColumn<long>
{
    /// <summary>The largest figure of a tile. No entity has as many events, and the sum of all tiles fits 64 bits.</summary>
    internal const long Most = long.MaxValue / 4096;

    internal override int MaxBytes => StateWriter.MaxVarint;

    internal override void Add(int tile, in EventValue value) => this[tile]++;

    internal override void Write(int tile, bool isClosed, ref StateWriter writer) => writer.WriteVarint((ulong)this[tile]);

    internal override void Read(int tile, bool isClosed, ref StateReader reader) => this[tile] = reader.ReadCount(Most);
}
