namespace ModelServing.Features.Engine.Columns;

/// <summary>A sketch of the different values of a field.</summary>
internal sealed class DistinctColumn : ArrayColumn<DistinctSketch?>
{
    internal override int MaxBytes => DistinctSketch.MaxBytes;

    internal override void Add(int tile, in EventValue value) => (this[tile] ??= new DistinctSketch()).Add(value.Hash);

    internal override void Write(int tile, bool isClosed, ref StateWriter writer)
    {
        if (this[tile] is { } sketch)
            sketch.Write(ref writer);
        else
            writer.WriteVarint(0);
    }

    internal override void Read(int tile, bool isClosed, ref StateReader reader) =>
        this[tile] = DistinctSketch.Read(ref reader, this[tile]);
}
