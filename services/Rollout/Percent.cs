using System.Globalization;

namespace ModelServing.Rollout;

/// <summary>A share of traffic from 0% to 100%, in steps of 0.01% (one of a plan's 10,000 buckets).</summary>
public readonly record struct Percent
{
    private Percent(int hundredths) => Hundredths = hundredths;

    /// <summary>The share in hundredths of a percent, from 0 to 10,000.</summary>
    public int Hundredths { get; }

    /// <exception cref="ArgumentOutOfRangeException">The number is below 0 or above 10,000.</exception>
    public static Percent FromHundredths(int hundredths)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(hundredths);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(hundredths, 10_000);
        return new Percent(hundredths);
    }

    /// <summary>Returns the percentage without a percent sign, such as <c>12.5</c>.</summary>
    public override string ToString() => TextOf(Hundredths);

    /// <summary>Formats hundredths of a percent as a percentage. A sum of shares may be above 100.</summary>
    public static string TextOf(int hundredths) => (hundredths / 100m).ToString("0.##", CultureInfo.InvariantCulture);
}
