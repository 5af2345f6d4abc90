using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace ModelServing.Features.Engine;

/// <summary>Reads the parts of an encoded state. Each number has one form only, so only what was written can be read.</summary>
internal ref struct StateReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> bytes = bytes;
    private int position;

    internal readonly int Remaining => bytes.Length - position;

    internal static FeatureStateException Damaged(string what) => new($"the state is damaged: {what}");

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal byte ReadByte() => position < bytes.Length ? bytes[position++] : throw Damaged("it ends too early");

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool ReadFlag()
    {
        var flag = ReadByte();
        return flag <= 1 ? flag == 1 : throw Damaged("a flag is neither 0 nor 1");
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ulong ReadVarint()
    {
        // Nearly all numbers are small.
        var at = position;
        if ((uint)at < (uint)bytes.Length && bytes[at] <= 0x7F)
        {
            position = at + 1;
            return bytes[at];
        }

        (var value, position) = ReadLongVarint(bytes, at);
        return value;
    }

    /// <summary>Reads a number from 0 to <paramref name="most"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal long ReadCount(long most)
    {
        var value = ReadVarint();
        return value <= (ulong)most ? (long)value : throw Damaged("a number is too large");
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal long ReadSigned() => Unfold(ReadVarint());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Int128 ReadWideSigned()
    {
        if (TryReadWord(bytes, position) is (var word, var end) && end > 0)
        {
            position = end;
            return Unfold(word);
        }

        (var value, position) = ReadWider(bytes, position);
        return value;
    }

    private static long Unfold(ulong folded) => (long)(folded >> 1) ^ -(long)(folded & 1);

    // The methods for larger numbers get the position and return the next one. So a reader that is a local variable can be in registers.
    private static (ulong Value, int End) ReadLongVarint(ReadOnlySpan<byte> bytes, int position)
    {
        if (TryReadWord(bytes, position) is (var word, var end) && end > 0)
            return (word, end);
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            if (position >= bytes.Length)
                throw Damaged("it ends too early");
            var next = bytes[position++];
            if (shift == 63 && next > 1)
                throw Damaged("a number has more than 64 bits");
            value |= (ulong)(next & 0x7F) << shift;
            if (next > 0x7F)
                continue;
            return next != 0 || shift == 0 ? (value, position) : throw Damaged("a number has a needless byte");
        }
    }

    // Reads a number of up to eight bytes without a loop. For everything else, also what is damaged, the end is 0.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (ulong Value, int End) TryReadWord(ReadOnlySpan<byte> bytes, int position)
    {
        if (bytes.Length - position < sizeof(ulong))
            return (0, 0);
        var word = BinaryPrimitives.ReadUInt64LittleEndian(bytes[position..]);
        // The highest bit of the last byte is 0.
        var ends = ~word & 0x8080_8080_8080_8080;
        if (ends == 0)
            return (0, 0);
        var bits = BitOperations.TrailingZeroCount(ends) + 1;
        word &= ends ^ (ends - 1);
        if (bits > 8 && word >> (bits - 8) == 0)
            return (0, 0);
        word &= 0x7F7F_7F7F_7F7F_7F7F;
        word = (word & 0x007F_007F_007F_007F) | ((word & 0x7F00_7F00_7F00_7F00) >> 1);
        word = (word & 0x0000_3FFF_0000_3FFF) | ((word & 0x3FFF_0000_3FFF_0000) >> 2);
        return ((word & 0x0FFF_FFFF) | ((word & 0x0FFF_FFFF_0000_0000) >> 4), position + bits / 8);
    }

    private static (Int128 Value, int End) ReadWider(ReadOnlySpan<byte> bytes, int position)
    {
        UInt128 value = 0;
        for (var shift = 0; ; shift += 7)
        {
            if (position >= bytes.Length)
                throw Damaged("it ends too early");
            var next = bytes[position++];
            if (shift == 126 && next > 3)
                throw Damaged("a number has more than 128 bits");
            value |= (UInt128)(next & 0x7F) << shift;
            if (next > 0x7F)
                continue;
            if (next == 0 && shift > 0)
                throw Damaged("a number has a needless byte");
            return ((Int128)(value >> 1) ^ -(Int128)(value & 1), position);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal UInt128 ReadKey()
    {
        if (Remaining < StateWriter.KeyBytes)
            throw Damaged("it ends too early");
        var key = BinaryPrimitives.ReadUInt128BigEndian(bytes[position..]);
        position += StateWriter.KeyBytes;
        return key;
    }

    internal ReadOnlySpan<byte> ReadBytes(int count)
    {
        if (Remaining < count)
            throw Damaged("it ends too early");
        var read = bytes.Slice(position, count);
        position += count;
        return read;
    }
}
