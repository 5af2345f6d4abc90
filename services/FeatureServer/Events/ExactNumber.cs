using System.Text.Json;
using ModelServing.Features.Events;

namespace ModelServing.FeatureServer.Events;

/// <summary>Reads a number of JSON as it is written: an int64, or a decimal. A number that does not fit is refused, and never
/// rounded.</summary>
internal static class ExactNumber
{
    // An int64 has 19 digits.
    private const int MostZeros = 18;

    /// <summary>Reads the number at which the reader is; null if it does not fit.</summary>
    internal static FieldValue? Read(ref Utf8JsonReader json)
    {
        if (json.TryGetInt64(out var whole))
            return FieldValue.FromInt64(whole);
        var text = json.ValueSpan;
        var isNegative = text[0] == '-';
        // The value is digits * 10^-places, and the digits do not end with a zero.
        Int128 digits = 0;
        var (zeros, written, isFraction) = (0L, 0L, false);
        var at = isNegative ? 1 : 0;
        for (; at < text.Length && text[at] is not ((byte)'e' or (byte)'E'); at++)
        {
            if (text[at] == '.')
            {
                isFraction = true;
                continue;
            }

            written += isFraction ? 1 : 0;
            zeros++;
            if (text[at] == '0')
                continue;
            if (digits == 0)
                zeros = 1;
            if (zeros > MostZeros + 1)
                return null;
            digits = (digits * Power(zeros)) + (text[at] - '0');
            if (digits > (Int128)long.MaxValue + 1)
                return null;
            zeros = 0;
        }

        written -= at < text.Length ? Exponent(text[(at + 1)..]) : 0;
        var places = written - zeros;
        var scale = Math.Clamp(written, 0, FieldValue.MaxScale);
        if (digits == 0)
            return FieldValue.FromDecimal(0, (int)scale);
        digits = isNegative ? -digits : digits;
        // Zeros at the end stay as they are written, if there is room for them.
        for (; scale >= places && scale >= 0; scale--)
        {
            if (scale - places <= MostZeros
                && digits * Power(scale - places) is var steps && steps >= long.MinValue && steps <= long.MaxValue)
                return FieldValue.FromDecimal((long)steps, (int)scale);
        }

        return null;
    }

    // Far beyond what fits, it does not matter how far.
    private static long Exponent(ReadOnlySpan<byte> text)
    {
        var exponent = 0L;
        foreach (var digit in text[(text[0] is (byte)'+' or (byte)'-' ? 1 : 0)..])
            exponent = Math.Min(int.MaxValue, (exponent * 10) + (digit - '0'));
        return text[0] == '-' ? -exponent : exponent;
    }

    private static Int128 Power(long exponent)
    {
        Int128 power = 1;
        for (; exponent > 0; exponent--)
            power *= 10;
        return power;
    }
}
