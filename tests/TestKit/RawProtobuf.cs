namespace ModelServing.TestKit;

/// <summary>Writes Protocol Buffers messages byte by byte, for bytes that no serializer would write.</summary>
public static class RawProtobuf
{
    /// <summary>A field with a number.</summary>
    public static byte[] Number(int field, ulong value) => [.. Varint((ulong)field << 3), .. Varint(value)];

    /// <summary>A field with bytes: data, text, or a message.</summary>
    public static byte[] Bytes(int field, ReadOnlySpan<byte> content) =>
        [.. Varint(((ulong)field << 3) | 2), .. Varint((ulong)content.Length), .. content];

    /// <summary>Nested messages. The field numbers are used in turn, from the outermost message.</summary>
    public static byte[] Nested(int depth, params int[] fields)
    {
        // The buffer is filled from its end, because each length depends on the messages inside.
        var buffer = new byte[depth * 12];
        var at = buffer.Length;
        for (var i = depth - 1; i >= 0; i--)
        {
            byte[] head = [.. Varint(((ulong)fields[i % fields.Length] << 3) | 2), .. Varint((ulong)(buffer.Length - at))];
            at -= head.Length;
            head.CopyTo(buffer, at);
        }

        return buffer[at..];
    }

    /// <summary>A variable-length number.</summary>
    public static byte[] Varint(ulong value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7)
            bytes.Add((byte)(value | 0x80));
        return [.. bytes, (byte)value];
    }
}
