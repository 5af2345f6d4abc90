using System.Buffers.Binary;

namespace ModelServing.Predictions.Records;

/// <summary>Writes fields in the wire format of Protocol Buffers into a buffer that grows. The generated classes would allocate an object
/// for each message and copy each tensor twice, on the path of every request.</summary>
internal sealed class ProtobufBuffer(int capacity)
{
    private const int MostVarint = 10;

    private byte[] buffer = new byte[capacity];
    private int length;

    internal ReadOnlySpan<byte> Written => buffer.AsSpan(0, length);

    internal int Capacity => buffer.Length;

    /// <summary>The bytes that a number takes.</summary>
    internal static int SizeOf(ulong value)
    {
        var size = 1;
        for (; value >= 0x80; value >>= 7)
            size++;
        return size;
    }

    internal void Clear() => length = 0;

    /// <summary>A field that is a number. A zero is the default, and is left out.</summary>
    internal void Number(byte tag, long value)
    {
        if (value == 0)
            return;
        Reserve(1 + MostVarint);
        buffer[length++] = tag;
        Varint((ulong)value);
    }

    /// <summary>A field of text or bytes. An empty one is the default, and is left out.</summary>
    internal void Text(byte tag, ReadOnlySpan<byte> value)
    {
        if (value.Length > 0)
            value.CopyTo(Reserved(tag, value.Length));
    }

    /// <summary>A text of ASCII characters; any other character becomes '?'.</summary>
    internal void Ascii(byte tag, ReadOnlySpan<char> value)
    {
        if (value.Length > 0)
            System.Text.Encoding.ASCII.GetBytes(value, Reserved(tag, value.Length));
    }

    /// <summary>A field of <paramref name="size"/> bytes, which the caller fills.</summary>
    internal Span<byte> Reserved(byte tag, int size)
    {
        Begin(tag, size);
        length += size;
        return buffer.AsSpan(length - size, size);
    }

    /// <summary>The head of a field of <paramref name="size"/> bytes, which follow.</summary>
    internal void Begin(byte tag, int size)
    {
        Reserve(1 + MostVarint + size);
        buffer[length++] = tag;
        Varint((ulong)size);
    }

    /// <summary>The head of a field whose number is above 15, so that its tag has two bytes.</summary>
    internal void Begin(ushort tag, int size)
    {
        Reserve(2 + MostVarint + size);
        BinaryPrimitives.WriteUInt16LittleEndian(buffer.AsSpan(length), tag);
        length += 2;
        Varint((ulong)size);
    }

    internal void Raw(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(buffer.AsSpan(length));
        length += bytes.Length;
    }

    internal void Varint(ulong value)
    {
        Reserve(MostVarint);
        for (; value >= 0x80; value >>= 7)
            buffer[length++] = (byte)(value | 0x80);
        buffer[length++] = (byte)value;
    }

    private void Reserve(int count)
    {
        if (buffer.Length - length < count)
            Array.Resize(ref buffer, Math.Max(2 * buffer.Length, length + count));
    }
}
