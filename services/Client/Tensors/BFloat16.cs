using System.Globalization;

namespace ModelServing.OpenInference.Tensors;

/// <summary>A number of 16 bits: the upper half of a 32-bit floating-point number (BF16).</summary>
public readonly record struct BFloat16(ushort Bits)
{
    private const int LowerBits = 16;

    /// <summary>Returns the nearest number; of two, the one whose last bit is 0.</summary>
    public static explicit operator BFloat16(float value) => FromSingle(value);

    /// <summary>Returns the number with more bits, which is exact.</summary>
    public static implicit operator float(BFloat16 value) => value.ToSingle();

    /// <inheritdoc cref="op_Explicit(float)"/>
    public static BFloat16 FromSingle(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        // Rounding could carry a NaN into another number, or cut off all bits that make it one.
        if (float.IsNaN(value))
            return new((ushort)((bits >> LowerBits) | 0x40));
        return new((ushort)((bits + 0x7FFF + ((bits >> LowerBits) & 1)) >> LowerBits));
    }

    /// <inheritdoc cref="op_Implicit(BFloat16)"/>
    public float ToSingle() => BitConverter.UInt32BitsToSingle((uint)Bits << LowerBits);

    public override string ToString() => ToSingle().ToString(CultureInfo.InvariantCulture);
}
