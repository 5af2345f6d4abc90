namespace ModelServing.TestKit;

/// <summary>Writes messages of Protocol Buffers byte by byte, where no serializer would write what a test needs.</summary>
public static class RawProtobuf
{
    /// <summary>A field that holds a number.</summary>
    public static byte[] Number(int field, ulong value) => [.. Varint((ulong)field << 3), .. Varint(value)];

    /// <summary>A field that holds bytes: data, a text, or a message.</summary>
    public static byte[] Bytes(int field, ReadOnlySpan<byte> content) => [.. Varint(((ulong)field << 3) | 2), .. Varint((ulong)content.Length), .. content];

    /// <summary>Messages in each other: the fields' numbers are taken in turn, from the outermost.</summary>
    public static byte[] Nested(int depth, params int[] fields)
    {
        // Written from its end, as each length is that of what is within.
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

    /// <summary>A number as it stands in a message.</summary>
    public static byte[] Varint(ulong value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7)
            bytes.Add((byte)(value | 0x80));
        return [.. bytes, (byte)value];
    }
}
