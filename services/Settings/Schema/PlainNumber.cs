using System.Globalization;

namespace ModelServing.Settings.Schema;

/// <summary>
/// A number in plain digits, as in <c>5</c>, <c>-1</c> or <c>12.50</c>: what every reader of YAML takes for the same number. Others have
/// more forms, and not all of them the same (<c>010</c> is ten here and eight there).
/// </summary>
/// <param name="IsNegative">A minus stands before it.</param>
/// <param name="Whole">The digits before the point, without leading zeros.</param>
/// <param name="Fraction">The digits after the point, without trailing zeros; empty when there are none.</param>
internal readonly record struct PlainNumber(bool IsNegative, string Whole, string Fraction)
{
    /// <summary>The form without a minus, as a regular expression (ECMA 262) to be built upon.</summary>
    internal const string Pattern = "(0|[1-9][0-9]*)(\\.[0-9]+)?";

    /// <summary>Reads a number; null when the text is not one.</summary>
    internal static PlainNumber? Read(ReadOnlySpan<char> text)
    {
        var isNegative = text is ['-', ..];
        var digits = isNegative ? text[1..] : text;
        var point = digits.IndexOf('.');
        var whole = point < 0 ? digits : digits[..point];
        var fraction = point < 0 ? [] : digits[(point + 1)..];
        if (whole.IsEmpty || whole is ['0', _, ..] || (point >= 0 && fraction.IsEmpty) || !AreDigits(whole) || !AreDigits(fraction))
            return null;
        return new PlainNumber(isNegative, whole.ToString(), fraction.TrimEnd('0').ToString());
    }

    /// <summary>The number in steps of 10^-<paramref name="decimals"/>; null when it is finer, and the greatest number when it is larger
    /// than that.</summary>
    internal long? InSteps(int decimals)
    {
        const int SurelyFits = 18;
        if (Whole.Length + decimals > SurelyFits)
            return IsNegative ? long.MinValue : long.MaxValue;
        if (Fraction.Length > decimals)
            return null;
        var steps = long.Parse(Whole + Fraction.PadRight(decimals, '0'), CultureInfo.InvariantCulture);
        return IsNegative ? -steps : steps;
    }

    /// <summary>True when the number, without its minus, is above a small <paramref name="limit"/>.</summary>
    internal bool IsAbove(int limit) =>
        Whole.Length > 9 || int.Parse(Whole, CultureInfo.InvariantCulture) is var whole && (whole > limit || (whole == limit && Fraction.Length > 0));

    private static bool AreDigits(ReadOnlySpan<char> text) => !text.ContainsAnyExceptInRange('0', '9');
}
