namespace ModelServing.Features.Engine.Columns;

/// <summary>The smallest or the largest value of a field.</summary>
internal sealed class ExtremeColumn(bool isMax) : ArrayColumn<Extreme>
{
    internal override int MaxBytes => 1 + StateWriter.MaxVarint;

    internal bool IsMax => isMax;

    internal override void Add(int tile, in EventValue value) =>
        this[tile] = Extreme.Merge(this[tile], new Extreme(true, value.Number), isMax);

    internal override void Write(int tile, bool isClosed, ref StateWriter writer)
    {
        writer.WriteFlag(this[tile].Exists);
        if (this[tile].Exists)
            writer.WriteSigned(this[tile].Value);
    }

    internal override void Read(int tile, bool isClosed, ref StateReader reader) =>
        this[tile] = reader.ReadFlag() ? new Extreme(true, reader.ReadSigned()) : default;
}
