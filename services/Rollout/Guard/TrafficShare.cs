using System.Numerics;
using ModelServing.Contracts;

namespace ModelServing.Rollout.Guard;

/// <summary>
/// The exact share of the watched variant in its own traffic plus stable's: two weights without a common factor. A canary at 5% (500 and
/// 9,500 buckets) and an arm at 1% beside stable at 19% have the same share.
/// </summary>
public readonly record struct TrafficShare : IComparable<TrafficShare>
{
    private TrafficShare(int watched, int stable)
    {
        Watched = watched;
        Stable = stable;
    }

    /// <summary>The watched variant's part.</summary>
    public int Watched { get; }

    /// <summary>Stable's part.</summary>
    public int Stable { get; }

    /// <summary>The share as a number from 0 to 1.</summary>
    public double Fraction => Watched + Stable == 0 ? 0 : (double)Watched / (Watched + Stable);

    /// <summary>Whether both variants get traffic, so that their failures can be compared.</summary>
    public bool IsDivided => Watched > 0 && Stable > 0;

    /// <summary>Whether the watched variant gets all of the traffic.</summary>
    public bool IsWhole => Watched > 0 && Stable == 0;

    /// <param name="watched">The watched variant's weight, in buckets.</param>
    /// <param name="stable">Stable's weight, in buckets.</param>
    /// <exception cref="ArgumentOutOfRangeException">A weight is negative, both are 0, or their sum exceeds the number of
    /// buckets.</exception>
    public static TrafficShare From(int watched, int stable)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(watched);
        ArgumentOutOfRangeException.ThrowIfNegative(stable);
        if (watched + (long)stable is var sum and (0 or > PlanDocument.Buckets))
            throw new ArgumentOutOfRangeException(
                nameof(watched),
                sum,
                $"the sum of the two weights must be from 1 to {PlanDocument.Buckets}");
        var factor = (int)BigInteger.GreatestCommonDivisor(watched, stable);
        return new TrafficShare(watched / factor, stable / factor);
    }

    /// <summary>Smaller shares come first.</summary>
    public int CompareTo(TrafficShare other) => ((long)Watched * other.Stable).CompareTo((long)other.Watched * Stable);

    public static bool operator <(TrafficShare left, TrafficShare right) => left.CompareTo(right) < 0;

    public static bool operator <=(TrafficShare left, TrafficShare right) => left.CompareTo(right) <= 0;

    public static bool operator >(TrafficShare left, TrafficShare right) => left.CompareTo(right) > 0;

    public static bool operator >=(TrafficShare left, TrafficShare right) => left.CompareTo(right) >= 0;
}
