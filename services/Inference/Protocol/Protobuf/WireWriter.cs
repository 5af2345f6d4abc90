using System.Buffers;
using System.Text;

namespace ModelServing.Inference.Protocol.Protobuf;

/// <summary>Writes fields of a message on the wire. Their numbers are below 16, so a tag is one byte.</summary>
internal readonly struct WireWriter(IBufferWriter<byte> buffer)
{
    private const int TypeBits = 3;
    private const int TagBytes = 1;

    /// <summary>The length of a field with so many bytes.</summary>
    internal static long LengthOf(long bytes) => TagBytes + Varint.LengthOf((ulong)bytes) + bytes;

    /// <summary>Writes the beginning of a field. As many bytes must follow.</summary>
    internal void Head(int number, long bytes)
    {
        var room = buffer.GetSpan(TagBytes + Varint.MostBytes);
        room[0] = (byte)((number << TypeBits) | (int)WireType.Bytes);
        buffer.Advance(TagBytes + Varint.Write(room[TagBytes..], (ulong)bytes));
    }

    internal void Bytes(int number, ReadOnlySpan<byte> bytes)
    {
        Head(number, bytes.Length);
        buffer.Write(bytes);
    }

    internal void Text(int number, string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        Head(number, length);
        buffer.Advance(Encoding.UTF8.GetBytes(text, buffer.GetSpan(length)));
    }
}
