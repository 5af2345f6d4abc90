using System.Numerics;
using ModelServing.Contracts;

namespace ModelServing.Rollout.Guard;

/// <summary>
/// The share of traffic that the watched variant has among itself and stable, exactly: two weights without a common factor, so that 5% of a
/// canary (500 and 9,500 buckets) and 1% of an arm beside 19% of stable are the same share.
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

    /// <summary>Both variants get traffic, so failures of one can be held against those of the other.</summary>
    public bool IsDivided => Watched > 0 && Stable > 0;

    /// <summary>The watched variant gets all of it.</summary>
    public bool IsWhole => Watched > 0 && Stable == 0;

    /// <summary>The share of two weights.</summary>
    /// <param name="watched">The watched variant's weight, in buckets.</param>
    /// <param name="stable">Stable's weight, in buckets.</param>
    /// <exception cref="ArgumentOutOfRangeException">A weight is negative, both are 0, or they are more than all buckets.</exception>
    public static TrafficShare From(int watched, int stable)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(watched);
        ArgumentOutOfRangeException.ThrowIfNegative(stable);
        if (watched + (long)stable is var sum and (0 or > PlanDocument.Buckets))
            throw new ArgumentOutOfRangeException(nameof(watched), sum, $"the two weights have to add up to 1 at least and {PlanDocument.Buckets} at most");
        var factor = (int)BigInteger.GreatestCommonDivisor(watched, stable);
        return new TrafficShare(watched / factor, stable / factor);
    }

    /// <summary>Smaller shares come first.</summary>
    public int CompareTo(TrafficShare other) => ((long)Watched * other.Stable).CompareTo((long)other.Watched * Stable);

    /// <summary>Smaller shares come first.</summary>
    public static bool operator <(TrafficShare left, TrafficShare right) => left.CompareTo(right) < 0;

    /// <summary>Smaller shares come first.</summary>
    public static bool operator <=(TrafficShare left, TrafficShare right) => left.CompareTo(right) <= 0;

    /// <summary>Smaller shares come first.</summary>
    public static bool operator >(TrafficShare left, TrafficShare right) => left.CompareTo(right) > 0;

    /// <summary>Smaller shares come first.</summary>
    public static bool operator >=(TrafficShare left, TrafficShare right) => left.CompareTo(right) >= 0;
}
