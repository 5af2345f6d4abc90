using System.Buffers.Binary;

namespace ModelServing.Features.Engine;

/// <summary>Writes the parts of an encoded state into a buffer of the largest size that the state can have.</summary>
internal ref struct StateWriter(Span<byte> buffer)
{
    /// <summary>The most bytes of a number of 64 bits.</summary>
    internal const int MaxVarint = 10;

    /// <summary>The most bytes of a number of 128 bits.</summary>
    internal const int MaxWideVarint = 19;

    /// <summary>The bytes of an event's key.</summary>
    internal const int KeyBytes = 16;

    private readonly Span<byte> buffer = buffer;

    internal int Length { get; private set; }

    internal void WriteByte(byte value) => buffer[Length++] = value;

    internal void WriteFlag(bool value) => buffer[Length++] = value ? (byte)1 : (byte)0;

    /// <summary>Seven bits a byte, the lowest first; the highest bit says that another byte follows.</summary>
    internal void WriteVarint(ulong value)
    {
        while (value > 0x7F)
        {
            buffer[Length++] = (byte)(value | 0x80);
            value >>= 7;
        }

        buffer[Length++] = (byte)value;
    }

    /// <summary>A signed number, folded so that small ones of either sign are short.</summary>
    internal void WriteSigned(long value) => WriteVarint((ulong)(value << 1) ^ (ulong)(value >> 63));

    internal void WriteSigned(Int128 value)
    {
        var folded = (UInt128)(value << 1) ^ (UInt128)(value >> 127);
        while (folded > 0x7F)
        {
            buffer[Length++] = (byte)((byte)folded | 0x80);
            folded >>= 7;
        }

        buffer[Length++] = (byte)folded;
    }

    internal void WriteKey(UInt128 key)
    {
        BinaryPrimitives.WriteUInt128BigEndian(buffer[Length..], key);
        Length += KeyBytes;
    }

    internal void WriteBytes(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(buffer[Length..]);
        Length += bytes.Length;
    }
}
