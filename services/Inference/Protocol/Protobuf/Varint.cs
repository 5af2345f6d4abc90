using System.Numerics;

namespace ModelServing.Inference.Protocol.Protobuf;

/// <summary>Whole numbers on the wire: seven bits in a byte, the lowest first. The eighth bit says whether another byte follows.</summary>
internal static class Varint
{
    /// <summary>The most bytes that a number takes: one of 64 bits.</summary>
    internal const int MostBytes = 10;

    private const int Bits = 7;
    private const byte More = 1 << Bits;

    /// <summary>Reads a number; false if the bytes end within it, or if it has more than 64 bits.</summary>
    /// <param name="at">Where the number begins; afterwards, where it ends.</param>
    internal static bool TryRead(ReadOnlySpan<byte> bytes, ref int at, out ulong number)
    {
        number = 0;
        for (var shift = 0; shift < MostBytes * Bits && at < bytes.Length; shift += Bits)
        {
            var next = bytes[at++];
            // Of the last byte, one bit is left.
            if (shift == (MostBytes - 1) * Bits && next > 1)
                return false;
            number |= (ulong)(next & (More - 1)) << shift;
            if (next < More)
                return true;
        }

        return false;
    }

    /// <summary>The number of bytes that a number takes.</summary>
    internal static int LengthOf(ulong number) => (BitOperations.Log2(number | 1) / Bits) + 1;

    /// <summary>Writes a number, and returns how many bytes it took.</summary>
    internal static int Write(Span<byte> bytes, ulong number)
    {
        var count = 0;
        for (; number >= More; number >>= Bits)
            bytes[count++] = (byte)(number | More);
        bytes[count++] = (byte)number;
        return count;
    }
}
