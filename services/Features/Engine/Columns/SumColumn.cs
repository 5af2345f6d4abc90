namespace ModelServing.Features.Engine.Columns;

/// <summary>The exact sum of a field. 2^64 values of 64 bits fit 128 bits, so it never overflows.</summary>
internal sealed class SumColumn : ArrayColumn<Int128>
{
    internal override int MaxBytes => StateWriter.MaxWideVarint;

    internal override void Add(int tile, in EventValue value) => this[tile] += value.Number;

    internal override void Write(int tile, bool isClosed, ref StateWriter writer) => writer.WriteSigned(this[tile]);

    internal override void Read(int tile, bool isClosed, ref StateReader reader) => this[tile] = reader.ReadWideSigned();
}
