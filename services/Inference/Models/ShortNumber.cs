using System.Buffers.Binary;
using System.Numerics;

namespace ModelServing.Inference.Models;

/// <summary>Reads the numbers that clients usually send, with few digits and no exponent, several times as fast as a reader of all
/// numbers.</summary>
internal static class ShortNumber
{
    // Whole numbers up to 2^53, and powers of ten up to 10^22, have exact doubles, so one division rounds correctly (Clinger 1990).
    private const ulong MostExact = 1UL << 53;

    // What 64 bits hold.
    private const int MostDigits = 19;

    // Eight digits are read at once.
    private const int Word = sizeof(ulong);
    private const ulong Zeros = 0x3030_3030_3030_3030;

    private static readonly double[] Powers = [.. Enumerable.Range(0, MostDigits + 1).Select(static power => Math.Pow(10, power))];
    private static readonly ulong[] WholePowers = [.. Enumerable.Range(0, Word + 1).Select(static power => (ulong)Math.Pow(10, power))];

    /// <summary>Reads a JSON number, which the JSON reader has found to be one. False if it is not a short one.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> text, out double value)
    {
        var at = 0;
        return TryTake(text, ref at, out value, out var isExact) && isExact && at == text.Length;
    }

    /// <summary>Reads a number as the nearest 32-bit one.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> text, out float value)
    {
        value = 0;
        var at = 0;
        return TryTake(text, ref at, out var number, out _) && at == text.Length && TryRound(number, out value);
    }

    /// <summary>Rounds a number that was read, exactly or not, to the nearest 32-bit one; false if the rounding so far could make this one
    /// wrong.</summary>
    internal static bool TryRound(double number, out float value)
    {
        // Rounding again is wrong only if the first result is nearly halfway between two 32-bit numbers. If the digits have no exact
        // double, that result was rounded twice, so it is wrong by up to two units of the last place.
        const ulong Rest = (1UL << 29) - 1;
        const ulong Halfway = 1UL << 28;
        const ulong Units = 4;
        value = (float)number;
        return (BitConverter.DoubleToUInt64Bits(number) & Rest) - (Halfway - Units) > 2 * Units;
    }

    /// <summary>Reads the next number of a JSON array. False if what follows is anything else, or not as JSON requires it: then the JSON
    /// reader decides.</summary>
    /// <param name="text">The array, or what is left of it.</param>
    /// <param name="at">The place behind the number before. Afterwards, the place behind this one.</param>
    /// <param name="value">The number, or one that is at most two units of the last place away.</param>
    /// <param name="isExact">Whether it is the number, as exactly as a double can be.</param>
    internal static bool TryTakeNext(ReadOnlySpan<byte> text, ref int at, out double value, out bool isExact)
    {
        (value, isExact) = (0, false);
        var i = SkipBlanks(text, at);
        if ((uint)i >= (uint)text.Length || text[i] != ',')
            return false;
        i = SkipBlanks(text, i + 1);
        if (!TryTake(text, ref i, out value, out isExact) || (uint)i >= (uint)text.Length
            || !(text[i] is (byte)',' or (byte)']' || IsBlank(text[i])))
        {
            return false;
        }

        at = i;
        return true;
    }

    private static bool TryTake(ReadOnlySpan<byte> text, ref int at, out double value, out bool isExact)
    {
        (value, isExact) = (0, false);
        var i = at;
        // Signs are random, and a branch for them would often be foreseen wrongly.
        var sign = (uint)i < (uint)text.Length && text[i] == '-' ? 1 : 0;
        i += sign;
        var begin = i;
        var number = 0UL;
        for (uint digit; (uint)i < (uint)text.Length && (digit = (uint)(text[i] - '0')) <= 9; i++)
            number = (number * 10) + digit;
        var whole = i - begin;
        if (whole == 0 || (whole > 1 && text[begin] == '0'))
            return false;
        var decimals = 0;
        if ((uint)i < (uint)text.Length && text[i] == '.')
        {
            i++;
            var first = i;
            number = TakeDigits(text, ref i, number);
            decimals = i - first;
            if (decimals == 0)
                return false;
        }

        // More may have overflowed. A 0 before the point does not count.
        if (whole + decimals > (text[begin] == '0' ? MostDigits + 1 : MostDigits))
            return false;
        at = i;
        isExact = number <= MostExact;
        var result = number / Powers[decimals];
        value = BitConverter.UInt64BitsToDouble(BitConverter.DoubleToUInt64Bits(result) | ((ulong)sign << 63));
        return true;
    }

    // Appends digits to a number. Where they end is found without a branch for each of them (Lemire 2022, "fast_float").
    private static ulong TakeDigits(ReadOnlySpan<byte> text, ref int at, ulong number)
    {
        var i = at;
        while (text.Length - i >= Word)
        {
            var digits = BinaryPrimitives.ReadUInt64LittleEndian(text[i..]) ^ Zeros;
            var others = ((digits + 0x7676_7676_7676_7676) | digits) & 0x8080_8080_8080_8080;
            var count = BitOperations.TrailingZeroCount(others) / 8;
            if (count == 0)
            {
                at = i;
                return number;
            }

            number = (number * WholePowers[count]) + ValueOf(digits << (8 * (Word - count)));
            i += count;
            if (count < Word)
            {
                at = i;
                return number;
            }
        }

        for (uint digit; i < text.Length && (digit = (uint)(text[i] - '0')) <= 9; i++)
            number = (number * 10) + digit;
        at = i;
        return number;
    }

    // The value of eight digits, the first in the lowest byte: pairs, then pairs of pairs, then both of these.
    private static ulong ValueOf(ulong digits)
    {
        const ulong Pair = 0x0000_00FF_0000_00FF;
        digits = (digits * 10) + (digits >> 8);
        return (((digits & Pair) * (100 + (1_000_000UL << 32))) + (((digits >> 16) & Pair) * (1 + (10_000UL << 32)))) >> 32;
    }

    private static int SkipBlanks(ReadOnlySpan<byte> text, int at)
    {
        while ((uint)at < (uint)text.Length && IsBlank(text[at]))
            at++;
        return at;
    }

    private static bool IsBlank(byte one) => one is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t';
}
