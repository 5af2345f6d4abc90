namespace ModelServing.Sample.Simulation;

/// <summary>
/// A stream of pseudo-random numbers that is the same on every machine and every .NET version (System.Random guarantees neither).
/// The generator is xoshiro256** 1.0. SplitMix64 fills its state, as its authors advise: D. Blackman and S. Vigna, "Scrambled
/// linear pseudorandom number generators", ACM Transactions on Mathematical Software 47(4), 2021; https://prng.di.unimi.it/.
/// The distributions use only additions, multiplications, divisions and comparisons, whose results IEEE 754 fixes to the last bit. They do
/// not use log, exp, sin and cos, because each C library rounds them differently.
/// </summary>
internal sealed class RandomStream
{
    private ulong s0;
    private ulong s1;
    private ulong s2;
    private ulong s3;

    /// <summary>Starts from a given state, as the generator's published test values do.</summary>
    internal RandomStream(ulong s0, ulong s1, ulong s2, ulong s3)
    {
        this.s0 = s0;
        this.s1 = s1;
        this.s2 = s2;
        this.s3 = s3;
    }

    /// <summary>
    /// Starts the stream of one thing, such as customer 17. Each thing has its own stream, so a change to one leaves all others unchanged.
    /// </summary>
    internal RandomStream(ulong seed, RandomPurpose purpose, int index)
    {
        var state = seed;
        state = SplitMix64(ref state) ^ (ulong)purpose;
        state = SplitMix64(ref state) ^ (uint)index;
        s0 = SplitMix64(ref state);
        s1 = SplitMix64(ref state);
        s2 = SplitMix64(ref state);
        s3 = SplitMix64(ref state);
    }

    /// <summary>One step of SplitMix64 (Vigna, https://prng.di.unimi.it/splitmix64.c).</summary>
    internal static ulong SplitMix64(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15;
        var z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    internal ulong NextBits()
    {
        var result = ulong.RotateLeft(s1 * 5, 7) * 9;
        var t = s1 << 17;
        s2 ^= s0;
        s3 ^= s1;
        s1 ^= s2;
        s0 ^= s3;
        s2 ^= t;
        s3 = ulong.RotateLeft(s3, 45);
        return result;
    }

    /// <summary>Uniform in [0, 1), in steps of 2^-53.</summary>
    internal double NextUnit() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in [<paramref name="low"/>, <paramref name="high"/>).</summary>
    internal double NextUniform(double low, double high) => low + (high - low) * NextUnit();

    /// <summary>
    /// Uniform in 0 .. <paramref name="count"/> - 1 (Lemire's multiplication, without its rejection step: the bias is under count / 2^64).
    /// </summary>
    internal int NextIndex(int count) => (int)Math.BigMul(NextBits(), (ulong)count, out _);

    /// <summary>
    /// Normal, as the sum of twelve uniform numbers minus six (Irwin-Hall): mean 0, variance 1, no values beyond six standard deviations,
    /// and slightly thin tails, which do not matter for amounts and hours.
    /// </summary>
    internal double NextNormal(double mean, double standardDeviation)
    {
        var sum = -6.0;
        for (var i = 0; i < 12; i++)
            sum += NextUnit();
        return mean + standardDeviation * sum;
    }

    /// <summary>
    /// Poisson, by adding up probabilities until they exceed one uniform number (Devroye, "Non-Uniform Random Variate Generation", 1986,
    /// X.3.3). <paramref name="probabilityOfZero"/> is e^-mean, from <see cref="PowerOfEToMinus"/>.
    /// </summary>
    internal int NextPoisson(double mean, double probabilityOfZero)
    {
        var remaining = NextUnit();
        var probability = probabilityOfZero;
        var count = 0;
        while (remaining >= probability && count < 100)
        {
            remaining -= probability;
            count++;
            probability *= mean / count;
        }

        return count;
    }

    /// <summary>e^-x for x in 0 .. 8 by Taylor's series at x/16, squared four times.</summary>
    internal static double PowerOfEToMinus(double x)
    {
        var y = -x / 16;
        var term = 1.0;
        var sum = 1.0;
        for (var n = 1; n <= 16; n++)
        {
            term *= y / n;
            sum += term;
        }

        for (var i = 0; i < 4; i++)
            sum *= sum;
        return sum;
    }
}
