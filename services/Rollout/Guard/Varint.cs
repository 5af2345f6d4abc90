using System.Buffers;
using ModelServing.Contracts;

namespace ModelServing.Rollout.Guard;

/// <summary>Whole numbers in as few bytes as they need: seven bits to a byte, the lowest first, the eighth bit set when more follow (the
/// varint of Protocol Buffers). Signed ones are folded first, so that those near 0 are short (its zigzag).</summary>
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

    /// <summary>Reads from the start of the guard's counts, and says where it stopped.</summary>
    internal ref struct Reader(ReadOnlySpan<byte> bytes)
    {
        private readonly ReadOnlySpan<byte> bytes = bytes;
        private int at;

        internal readonly bool IsAtEnd => at == bytes.Length;

        internal readonly ContractException Fault(string message) => new($"the guard's counts can't be read at byte {at}: {message}");

        internal byte Byte(string what) => at < bytes.Length ? bytes[at++] : throw Fault($"they end before {what}");

        internal long Number(string what, long max)
        {
            var value = 0L;
            for (var shift = 0; ; shift += 7)
            {
                var next = Byte(what);
                // More than 56 bits are above every maximum.
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

        /// <summary>A signed number of at most <paramref name="max"/> either way.</summary>
        internal long Signed(string what, long max)
        {
            var folded = Number(what, 2 * max);
            return folded >> 1 ^ -(folded & 1);
        }
    }
}
