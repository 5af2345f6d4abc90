namespace ModelServing.Features.Engine.Columns;

/// <summary>The smallest or the largest value of a field.</summary>
internal sealed class ExtremeColumn(bool isMax) : ArrayColumn<Extreme>
{
    internal override int MaxBytes => 1 + StateWriter.MaxVarint;

    internal override void Add(int tile, in EventValue value) => this[tile] = Merge(this[tile], new Extreme(true, value.Number));

    /// <summary>The extreme of both.</summary>
    internal Extreme Merge(Extreme left, Extreme right) =>
        !left.Exists ? right
        : !right.Exists ? left
        : isMax == left.Value >= right.Value ? left : right;

    internal override void Write(int tile, ref StateWriter writer)
    {
        writer.WriteFlag(this[tile].Exists);
        if (this[tile].Exists)
            writer.WriteSigned(this[tile].Value);
    }

    internal override void Read(int tile, ref StateReader reader) =>
        this[tile] = reader.ReadFlag() ? new Extreme(true, reader.ReadSigned()) : default;
}
