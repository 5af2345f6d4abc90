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

    internal byte ReadByte() => position < bytes.Length ? bytes[position++] : throw Damaged("it ends too early");

    internal bool ReadFlag() => ReadByte() switch
    {
        0 => false,
        1 => true,
        _ => throw Damaged("a flag is neither 0 nor 1"),
    };

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

        return ReadLongVarint();
    }

    private ulong ReadLongVarint()
    {
        if (TryReadWord(out var word))
            return word;
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var next = ReadByte();
            if (shift == 63 && next > 1)
                throw Damaged("a number has more than 64 bits");
            value |= (ulong)(next & 0x7F) << shift;
            if (next > 0x7F)
                continue;
            return next != 0 || shift == 0 ? value : throw Damaged("a number has a needless byte");
        }
    }

    /// <summary>Reads a number from 0 to <paramref name="most"/>.</summary>
    internal long ReadCount(long most)
    {
        var value = ReadVarint();
        return value <= (ulong)most ? (long)value : throw Damaged("a number is too large");
    }

    internal long ReadSigned()
    {
        var folded = ReadVarint();
        return (long)(folded >> 1) ^ -(long)(folded & 1);
    }

    internal Int128 ReadWideSigned()
    {
        if (TryReadWord(out var word))
            return (long)(word >> 1) ^ -(long)(word & 1);
        // Nine bytes have 63 bits at most, and then 64 bits do.
        var nine = bytes.Slice(position, Math.Min(9, Remaining));
        var folded = 0UL;
        for (var i = 0; i < nine.Length; i++)
        {
            folded |= (ulong)(nine[i] & 0x7F) << (7 * i);
            if (nine[i] > 0x7F)
                continue;
            if (nine[i] == 0 && i > 0)
                break;
            position += i + 1;
            return (long)(folded >> 1) ^ -(long)(folded & 1);
        }

        return ReadWiderSigned();
    }

    // Reads a number of up to eight bytes without a loop. It leaves everything else, also what is damaged.
    private bool TryReadWord(out ulong value)
    {
        value = 0;
        if (Remaining < sizeof(ulong))
            return false;
        var word = BinaryPrimitives.ReadUInt64LittleEndian(bytes[position..]);
        // The highest bit of the last byte is 0.
        var ends = ~word & 0x8080_8080_8080_8080;
        if (ends == 0)
            return false;
        var bits = BitOperations.TrailingZeroCount(ends) + 1;
        word = (word << (64 - bits)) >> (64 - bits);
        if (bits > 8 && word >> (bits - 8) == 0)
            return false;
        word &= 0x7F7F_7F7F_7F7F_7F7F;
        word = (word & 0x007F_007F_007F_007F) | ((word & 0x7F00_7F00_7F00_7F00) >> 1);
        word = (word & 0x0000_3FFF_0000_3FFF) | ((word & 0x3FFF_0000_3FFF_0000) >> 2);
        value = (word & 0x0FFF_FFFF) | ((word & 0x0FFF_FFFF_0000_0000) >> 4);
        position += bits / 8;
        return true;
    }

    private Int128 ReadWiderSigned()
    {
        UInt128 value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = ReadByte();
            if (shift == 126 && next > 3)
                throw Damaged("a number has more than 128 bits");
            value |= (UInt128)(next & 0x7F) << shift;
            if (next > 0x7F)
                continue;
            if (next == 0 && shift > 0)
                throw Damaged("a number has a needless byte");
            return (Int128)(value >> 1) ^ -(Int128)(value & 1);
        }
    }

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
