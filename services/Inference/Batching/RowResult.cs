using System.Runtime.InteropServices;
using ModelServing.Registry;

namespace ModelServing.Inference.Batching;

/// <summary>Compares two results for one row.</summary>
internal static class RowResult
{
    /// <summary>Whether they differ by rounding only, given as the bytes of their elements.</summary>
    internal static bool AreClose(Datatype datatype, ReadOnlySpan<byte> one, ReadOnlySpan<byte> other) => datatype switch
    {
        Datatype.Fp32 => AreClose(MemoryMarshal.Cast<byte, float>(one), MemoryMarshal.Cast<byte, float>(other), 1e-4f),
        Datatype.Fp64 => AreClose(MemoryMarshal.Cast<byte, double>(one), MemoryMarshal.Cast<byte, double>(other), 1e-10),
        Datatype.Fp16 => AreClose(MemoryMarshal.Cast<byte, Half>(one), MemoryMarshal.Cast<byte, Half>(other), (Half)0.02),
        _ => one.SequenceEqual(other),
    };

    // Relative to the largest number: a small one may be the difference of large ones.
    private static bool AreClose<T>(ReadOnlySpan<T> one, ReadOnlySpan<T> other, T tolerance)
        where T : struct, System.Numerics.IFloatingPointIeee754<T>
    {
        var largest = T.Zero;
        foreach (var number in one)
            largest = T.IsFinite(number) ? T.Max(largest, T.Abs(number)) : largest;
        for (var i = 0; i < one.Length; i++)
        {
            if (one[i] != other[i] && !(T.Abs(one[i] - other[i]) <= tolerance * largest) && !(T.IsNaN(one[i]) && T.IsNaN(other[i])))
                return false;
        }

        return true;
    }
}
