using System.Numerics;
using System.Runtime.CompilerServices;

namespace ModelServing.Features.Engine;

/// <summary>The double that is nearest to a ratio of whole numbers, with ties to even.</summary>
internal static class ExactRatio
{
    private const long ExactDoubles = 1L << 53;

    // The product of two such factors is exact.
    private const long MostFactor = (1L << 26) - 1;

    /// <param name="numerator">The number above the line.</param>
    /// <param name="denominator">The number below the line, not 0.</param>
    internal static double ToDouble(Int128 numerator, UInt128 denominator)
    {
        var (above, below) = ((long)numerator, (long)denominator);
        if (above == numerator && (UInt128)(ulong)below == denominator && IsExact(above) && below >= 0 && IsExact(below))
            return Divide(above, below);
        var quotient = Divide(BigInteger.Abs(numerator), (BigInteger)denominator);
        return numerator < 0 ? -quotient : quotient;
    }

    /// <param name="numerator">The number above the line.</param>
    /// <param name="unit">A factor of the number below it, from 1.</param>
    /// <param name="count">The other factor, from 1.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static double ToDouble(Int128 numerator, long unit, long count)
    {
        var above = (long)numerator;
        return above == numerator && IsExact(above) && (unit | count) <= MostFactor
            ? Divide(above, unit * count)
            : ToDouble(numerator, (UInt128)unit * (UInt128)count);
    }

    private static bool IsExact(long number) => number is >= -ExactDoubles and <= ExactDoubles;

    // Both are exact as doubles, so the division rounds once.
    private static double Divide(long numerator, long denominator) => (double)numerator / denominator;

    // The quotient gets 64 bits, the last of which also tells whether anything is below it. So the conversion to a double is right.
    private static double Divide(BigInteger numerator, BigInteger denominator)
    {
        if (numerator.IsZero)
            return 0;
        var shift = 64 - (int)(numerator.GetBitLength() - denominator.GetBitLength());
        var quotient = BigInteger.DivRem(
            shift >= 0 ? numerator << shift : numerator,
            shift >= 0 ? denominator : denominator << -shift,
            out var rest);
        if (quotient.GetBitLength() > 64)
        {
            rest += quotient & 1;
            quotient >>= 1;
            shift--;
        }

        var bits = (ulong)quotient | (rest.IsZero ? 0UL : 1UL);
        return Math.ScaleB(bits, -shift);
    }
}
