using System.Numerics;

namespace ModelServing.Features.Engine;

/// <summary>The double that is nearest to a ratio of whole numbers, with ties to even.</summary>
internal static class ExactRatio
{
    private const long ExactDoubles = 1L << 53;

    /// <param name="numerator">The number above the line.</param>
    /// <param name="denominator">The number below the line, not 0.</param>
    internal static double ToDouble(Int128 numerator, UInt128 denominator)
    {
        // Both are exact as doubles, so the division rounds once.
        if (numerator >= -ExactDoubles && numerator <= ExactDoubles && denominator <= ExactDoubles)
            return (double)(long)numerator / (ulong)denominator;
        var quotient = Divide(BigInteger.Abs(numerator), (BigInteger)denominator);
        return numerator < 0 ? -quotient : quotient;
    }

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
