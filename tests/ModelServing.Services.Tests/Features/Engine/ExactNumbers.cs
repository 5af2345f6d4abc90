using System.Numerics;

namespace ModelServing.Services.Tests.Features.Engine;

/// <summary>Rounding by comparison: slow, and plain enough to be a reference.</summary>
internal static class ExactNumbers
{
    /// <summary>The double that is nearest to a ratio, of two equally near ones the even one.</summary>
    internal static double Nearest(BigInteger numerator, BigInteger denominator)
    {
        var guess = (double)numerator / (double)denominator;
        // A big number becomes a double by truncation, so the guess may be wrong in its last bits.
        var bits = BitConverter.DoubleToInt64Bits(guess);
        return Enumerable.Range(-4, 9).Select(little => BitConverter.Int64BitsToDouble(Math.Max(0, (bits & long.MaxValue) + little)))
            .Select(candidate => double.IsNegative(guess) ? -candidate : candidate)
            .OrderBy(candidate => Distance(candidate, numerator, denominator))
            .ThenBy(static candidate => BitConverter.DoubleToInt64Bits(candidate) & 1)
            .First();
    }

    // |candidate - numerator / denominator| times a common denominator.
    private static BigInteger Distance(double candidate, BigInteger numerator, BigInteger denominator) =>
        BigInteger.Abs(Scaled(candidate) * denominator - (numerator << 1100));

    // Every double is a whole number of 2^-1100.
    private static BigInteger Scaled(double value)
    {
        var bits = BitConverter.DoubleToInt64Bits(Math.Abs(value));
        var exponent = (int)(bits >> 52);
        var mantissa = (BigInteger)(bits & ((1L << 52) - 1)) + (exponent == 0 ? 0 : BigInteger.One << 52);
        var scaled = mantissa << (1100 - 1075 + Math.Max(exponent, 1));
        return value < 0 ? -scaled : scaled;
    }
}
