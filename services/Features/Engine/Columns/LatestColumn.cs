namespace ModelServing.Features.Engine.Columns;

/// <summary>The value of the latest event.</summary>
/// <param name="hop">The length of a tile in microseconds.</param>
internal sealed class LatestColumn(long hop) : ArrayColumn<Latest>
{
    internal override int MaxBytes => 1 + StateWriter.MaxVarint + StateWriter.KeyBytes + StateWriter.MaxVarint;

    internal override void Add(int tile, in EventValue value)
    {
        if (this[tile].IsBefore(value.Offset, value.Key))
            this[tile] = new Latest(true, value.Offset, value.Key, value.Number);
    }

    internal override void Write(int tile, ref StateWriter writer)
    {
        ref var latest = ref this[tile];
        writer.WriteFlag(latest.Exists);
        if (!latest.Exists)
            return;
        writer.WriteVarint((ulong)latest.Offset);
        writer.WriteKey(latest.Key);
        writer.WriteSigned(latest.Value);
    }

    internal override void Read(int tile, ref StateReader reader) => this[tile] = reader.ReadFlag()
        ? new Latest(true, reader.ReadCount(hop - 1), reader.ReadKey(), reader.ReadSigned())
        : default;
}
