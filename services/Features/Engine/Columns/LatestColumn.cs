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

    internal override void Write(int tile, bool isClosed, ref StateWriter writer)
    {
        ref var latest = ref this[tile];
        if (!latest.Exists)
        {
            writer.WriteByte(None);
            return;
        }

        writer.WriteByte(isClosed ? WithoutEvent : WithEvent);
        if (!isClosed)
        {
            writer.WriteVarint((ulong)latest.Offset);
            writer.WriteKey(latest.Key);
        }

        writer.WriteSigned(latest.Value);
    }

    internal override void Read(int tile, bool isClosed, ref StateReader reader)
    {
        var form = reader.ReadByte();
        if (form == None)
        {
            this[tile] = default;
            return;
        }

        if (form != (isClosed ? WithoutEvent : WithEvent))
            throw StateReader.Damaged("a latest value has the wrong form");
        // In a closed tile, the event does not matter: no later one comes.
        var (offset, key) = isClosed ? (0, default) : (reader.ReadCount(hop - 1), reader.ReadKey());
        this[tile] = new Latest(true, offset, key, reader.ReadSigned());
    }
}
