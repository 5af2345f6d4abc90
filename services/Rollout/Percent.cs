using System.Globalization;

namespace ModelServing.Rollout;

/// <summary>A share of traffic from 0% to 100%, in steps of 0.01% (one of a plan's 10,000 buckets).</summary>
public readonly record struct Percent
{
    private Percent(int hundredths) => Hundredths = hundredths;

    /// <summary>The share in hundredths of a percent, 0 to 10,000.</summary>
    public int Hundredths { get; }

    /// <summary>The share of <paramref name="hundredths"/> hundredths of a percent.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is below 0 or above 10,000.</exception>
    public static Percent FromHundredths(int hundredths)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(hundredths);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(hundredths, 10_000);
        return new Percent(hundredths);
    }

    /// <summary>Reads a share such as <c>5</c>, <c>12.5</c> or <c>0.01</c>.</summary>
    /// <param name="text">The number, without a percent sign.</param>
    /// <param name="percent">The share.</param>
    /// <returns>Null, or what is wrong.</returns>
    internal static string? Read(string text, out Percent percent)
    {
        percent = default;
        if (!decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            return $"'{text}' is not a number from 0 to 100";
        if (number is < 0 or > 100)
            return $"{text} is not between 0 and 100";
        if (decimal.Truncate(number * 100) != number * 100)
            return $"{text} is finer than 0.01";
        percent = new Percent((int)(number * 100));
        return null;
    }

    /// <summary>The number without a percent sign, as in <c>12.5</c>.</summary>
    public override string ToString() => (Hundredths / 100m).ToString("0.##", CultureInfo.InvariantCulture);
}
