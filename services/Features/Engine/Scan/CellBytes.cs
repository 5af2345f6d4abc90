using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ModelServing.Features.Engine.Scan;

/// <summary>Reads numbers where enough bytes follow, so that the end is not checked for each of them. They have the form that
/// <see cref="StateReader"/> reads. Short ones are found by branches, because the numbers of an entity have similar lengths.</summary>
internal static class CellBytes
{
    private const ulong HighestBits = 0x8080_8080_8080_8080;

    /// <summary>Reads a number from 0 to <paramref name="most"/>.</summary>
    /// <returns>The byte after it.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ref byte ReadCount(ref byte at, long most, out long value)
    {
        if (at <= 0x7F)
        {
            value = at;
            at = ref Unsafe.Add(ref at, 1);
        }
        else
        {
            at = ref ReadLonger(ref at, out var number);
            value = (long)number;
        }

        if ((ulong)value > (ulong)most)
            Fail();
        return ref at;
    }

    /// <summary>Reads a number of any length, most of which have more than a byte.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ref byte ReadLonger(ref byte at, out ulong value)
    {
        var word = Unsafe.ReadUnaligned<ulong>(ref at);
        // The highest bit of the last byte is 0.
        var ends = ~word & HighestBits;
        if (ends == 0)
            return ref ReadLongest(ref at, out value);
        var bits = BitOperations.TrailingZeroCount(ends) + 1;
        word &= ends ^ (ends - 1);
        if (word >> (bits - 8) == 0 && bits > 8)
            Fail();
        word &= ~HighestBits;
        word = (word & 0x007F_007F_007F_007F) | ((word & 0x7F00_7F00_7F00_7F00) >> 1);
        word = (word & 0x0000_3FFF_0000_3FFF) | ((word & 0x3FFF_0000_3FFF_0000) >> 2);
        value = (word & 0x0FFF_FFFF) | ((word & 0x0FFF_FFFF_0000_0000) >> 4);
        return ref Unsafe.Add(ref at, bits >>> 3);
    }

    /// <summary>Reads a signed number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ref byte ReadSigned(ref byte at, out long value)
    {
        uint folded = at;
        if (folded <= 0x7F)
        {
            at = ref Unsafe.Add(ref at, 1);
        }
        else
        {
            uint last = Unsafe.Add(ref at, 1);
            folded = (folded & 0x7F) | (last << 7);
            if (last <= 0x7F)
            {
                at = ref Unsafe.Add(ref at, 2);
            }
            else
            {
                last = Unsafe.Add(ref at, 2);
                folded = (folded & 0x3FFF) | (last << 14);
                if (last > 0x7F)
                {
                    at = ref ReadLonger(ref at, out var number);
                    value = (long)(number >> 1) ^ -(long)(number & 1);
                    return ref at;
                }

                at = ref Unsafe.Add(ref at, 3);
            }

            if (last == 0)
                Fail();
        }

        value = (int)(folded >> 1) ^ -(int)(folded & 1);
        return ref at;
    }

    /// <summary>Reads a flag.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool IsSet(byte flag)
    {
        if (flag > 1)
            Fail();
        return flag == 1;
    }

    /// <summary>Reads a wide signed number.</summary>
    internal static ref byte ReadWide(ref byte at, out Int128 value)
    {
        var reader = new StateReader(MemoryMarshal.CreateReadOnlySpan(ref at, StateWriter.MaxWideVarint));
        value = reader.ReadWideSigned();
        return ref Unsafe.Add(ref at, StateWriter.MaxWideVarint - reader.Remaining);
    }

    /// <summary>Ends the scan. What is wrong, decoding finds out.</summary>
    [DoesNotReturn]
    internal static void Fail() => throw StateReader.Damaged("a scan can't read it");

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ref byte ReadLongest(ref byte at, out ulong value)
    {
        var reader = new StateReader(MemoryMarshal.CreateReadOnlySpan(ref at, StateWriter.MaxVarint));
        value = reader.ReadVarint();
        return ref Unsafe.Add(ref at, StateWriter.MaxVarint - reader.Remaining);
    }
}
