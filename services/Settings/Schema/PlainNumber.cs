using System.Globalization;

namespace ModelServing.Settings.Schema;

/// <summary>
/// A number in plain digits, such as <c>5</c>, <c>-1</c> or <c>12.50</c>. Every YAML reader reads this form as the same number. Other
/// forms are refused because readers disagree about them (<c>010</c> is ten to some and eight to others).
/// </summary>
/// <param name="IsNegative">True if the number starts with a minus sign.</param>
/// <param name="Whole">The digits before the decimal point, without leading zeros.</param>
/// <param name="Fraction">The digits after the decimal point, without trailing zeros; empty if there are none.</param>
internal readonly record struct PlainNumber(bool IsNegative, string Whole, string Fraction)
{
    /// <summary>A regular expression (ECMA 262) for numbers without a minus sign. Other patterns are built from it.</summary>
    internal const string Pattern = "(0|[1-9][0-9]*)(\\.[0-9]+)?";

    /// <summary>Reads a number. Returns null if the text is not one.</summary>
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

    /// <summary>The number in steps of 10^-<paramref name="decimals"/>. Null if it has more decimal places; the largest (or smallest)
    /// number if it does not fit.</summary>
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

    /// <summary>True if the number, without its minus sign, is above <paramref name="limit"/>.</summary>
    internal bool IsAbove(int limit)
    {
        // Ten digits or more may not fit an int, and no limit is that large.
        if (Whole.Length > 9)
            return true;
        var whole = int.Parse(Whole, CultureInfo.InvariantCulture);
        return whole > limit || (whole == limit && Fraction.Length > 0);
    }

    private static bool AreDigits(ReadOnlySpan<char> text) => !text.ContainsAnyExceptInRange('0', '9');
}
