using System.Buffers;
using ModelServing.Contracts;

namespace ModelServing.Rollout.Guard;

/// <summary>Writes and reads whole numbers as varints of Protocol Buffers: seven bits per byte, the lowest first, with the eighth bit set
/// if more bytes follow. Signed numbers are zigzag-encoded first, so that those near 0 are short.</summary>
/// <remarks>Unlike <see cref="System.IO.BinaryReader.Read7BitEncodedInt64"/>, the reader accepts only the shortest form, so that equal
/// counts have equal bytes.</remarks>
internal static class Varint
{
    private const byte More = 0x80;

    internal static void WriteByte(ArrayBufferWriter<byte> to, byte value)
    {
        to.GetSpan(1)[0] = value;
        to.Advance(1);
    }

    internal static void Write(ArrayBufferWriter<byte> to, ulong value)
    {
        for (; value >= More; value >>= 7)
            WriteByte(to, (byte)(value | More));
        WriteByte(to, (byte)value);
    }

    internal static void WriteSigned(ArrayBufferWriter<byte> to, long value) => Write(to, (ulong)(value << 1) ^ (ulong)(value >> 63));

    /// <summary>Reads the guard's counts from the start; faults name the position.</summary>
    internal ref struct Reader(ReadOnlySpan<byte> bytes)
    {
        private readonly ReadOnlySpan<byte> bytes = bytes;
        private int at;

        internal readonly bool IsAtEnd => at == bytes.Length;

        internal readonly ContractException Fault(string message) => new($"the guard's counts can't be read at byte {at}: {message}");

        internal byte Byte(string what) => at < bytes.Length ? bytes[at++] : throw Fault($"they end before {what}");

        internal ReadOnlySpan<byte> Bytes(string what, int length)
        {
            if (length > bytes.Length - at)
                throw Fault($"they end before {what}");
            at += length;
            return bytes.Slice(at - length, length);
        }

        internal long Number(string what, long max)
        {
            var value = 0L;
            for (var shift = 0; ; shift += 7)
            {
                var next = Byte(what);
                // No maximum has more than 56 bits.
                if (shift > 49)
                    throw Fault($"{what} is too large; at most {max}");
                value |= (long)(next & (More - 1)) << shift;
                if ((next & More) != 0)
                    continue;
                if (next == 0 && shift > 0)
                    throw Fault($"{what} is not in its shortest form");
                return value <= max ? value : throw Fault($"{what} is {value}; at most {max}");
            }
        }

        /// <summary>Reads a number from -<paramref name="max"/> to <paramref name="max"/>.</summary>
        internal long Signed(string what, long max)
        {
            var folded = Number(what, 2 * max);
            return folded >> 1 ^ -(folded & 1);
        }
    }
}
