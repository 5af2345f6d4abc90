namespace ModelServing.Inference.Models;

/// <summary>Reads the numbers that clients usually send, with few digits and no exponent, several times as fast as a reader of all
/// numbers.</summary>
internal static class ShortNumber
{
    // Whole numbers up to 2^53, and powers of ten up to 10^22, have exact doubles, so one division rounds correctly (Clinger 1990).
    private const ulong MostDigits = 1UL << 53;
    private const int MostLength = 18;

    private static readonly double[] Powers = [.. Enumerable.Range(0, MostLength).Select(static power => Math.Pow(10, power))];

    /// <summary>Reads a JSON number, which the JSON reader has found to be one. False if it is not a short one.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> text, out double value)
    {
        value = 0;
        var isNegative = text[0] == '-';
        var digits = isNegative ? text[1..] : text;
        if (digits.Length > MostLength)
            return false;
        var number = 0UL;
        var point = digits.Length;
        for (var i = 0; i < digits.Length; i++)
        {
            var digit = (uint)(digits[i] - '0');
            if (digit <= 9)
                number = (number * 10) + digit;
            else if (digits[i] == '.')
                point = i + 1;
            else
                return false;
        }

        if (number > MostDigits)
            return false;
        value = number / Powers[digits.Length - point];
        if (isNegative)
            value = -value;
        return true;
    }

    /// <summary>Reads a number as the nearest 32-bit one.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> text, out float value)
    {
        value = 0;
        // Rounding twice is wrong only if the first result is halfway between two 32-bit numbers.
        const ulong Rest = (1UL << 29) - 1;
        const ulong Halfway = 1UL << 28;
        if (!TryRead(text, out double number) || (BitConverter.DoubleToUInt64Bits(number) & Rest) == Halfway)
            return false;
        value = (float)number;
        return true;
    }
}
