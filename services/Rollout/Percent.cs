using System.Globalization;
using ModelServing.Rollout.Settings;

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
    /// <param name="text">The number in plain digits, without a percent sign.</param>
    /// <param name="percent">The share.</param>
    /// <returns>Null, or what is wrong.</returns>
    internal static string? Read(string text, out Percent percent)
    {
        percent = default;
        if (PlainNumber.Read(text) is not { } number)
            return $"'{Shown.Of(text)}' is not a number from 0 to 100 in plain digits, as in 5 or 12.5";
        if (number.IsNegative || number.IsAbove(100))
            return $"{Shown.Of(text)} is not between 0 and 100";
        if (number.InSteps(2) is not { } hundredths)
            return $"{Shown.Of(text)} is finer than 0.01";
        percent = new Percent((int)hundredths);
        return null;
    }

    /// <summary>The number without a percent sign, as in <c>12.5</c>.</summary>
    public override string ToString() => TextOf(Hundredths);

    // Of what may be more than everything.
    internal static string TextOf(int hundredths) => (hundredths / 100m).ToString("0.##", CultureInfo.InvariantCulture);
}
