namespace ModelServing.Features.Engine.Columns;

/// <summary>The value of the latest event.</summary>
/// <param name="hop">The length of a tile in microseconds.</param>
internal sealed class LatestColumn(long hop) : ArrayColumn<Latest>
{
    /// <summary>Written for a tile without values.</summary>
    internal const byte None = 0;

    /// <summary>Begins a value that its event follows, because a later event may come.</summary>
    internal const byte WithEvent = 1;

    /// <summary>Begins the value of a closed tile.</summary>
    internal const byte WithoutEvent = 2;

    internal override int MaxBytes => 1 + StateWriter.MaxVarint + StateWriter.KeyBytes + StateWriter.MaxVarint;

    internal override void Add(int tile, in EventValue value)
    {
        if (this[tile].IsBefore(value.Offset, value.Key))
            this[tile] = new Latest(true, value.Offset, value.Key, value.Number);
    }

    internal override void Write(int tile, ref StateWriter writer)
    {
        ref var latest = ref this[tile];
        writer.WriteByte(latest.Exists ? WithEvent : None);
        if (!latest.Exists)
            return;
        writer.WriteVarint((ulong)latest.Offset);
        writer.WriteKey(latest.Key);
        writer.WriteSigned(latest.Value);
    }

    internal override void WriteClosed(int tile, ref StateWriter writer)
    {
        ref var latest = ref this[tile];
        writer.WriteByte(latest.Exists ? WithoutEvent : None);
        if (latest.Exists)
            writer.WriteSigned(latest.Value);
    }

    internal override void Read(int tile, ref StateReader reader) => this[tile] = Exists(WithEvent, ref reader)
        ? new Latest(true, reader.ReadCount(hop - 1), reader.ReadKey(), reader.ReadSigned())
        : default;

    // Its event does not matter: no later one comes.
    internal override void ReadClosed(int tile, ref StateReader reader) => this[tile] = Exists(WithoutEvent, ref reader)
        ? new Latest(true, 0, 0, reader.ReadSigned())
        : default;

    private static bool Exists(byte form, ref StateReader reader)
    {
        var found = reader.ReadByte();
        return found == form || found == None ? found != None : throw StateReader.Damaged("a latest value has the wrong form");
    }
}
