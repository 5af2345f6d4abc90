using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;

namespace ModelServing.Inference.Models;

/// <summary>The upper half of an FP32: its sign, its exponent and 7 bits of its fraction.</summary>
internal readonly struct Bf16Element : IElement<BFloat16>
{
    private const int LowerBits = 16;

    public static string Description => "a number from -3.3895e38 to 3.3895e38";

    public static bool TryRead(ref Utf8JsonReader reader, out BFloat16 value)
    {
        value = default;
        if (!Fp32Element.TryRead(ref reader, out var number))
            return false;
        value = Round(number);
        return reader.TokenType != JsonTokenType.Number || float.IsFinite(ToSingle(value));
    }

    public static void Write(Utf8JsonWriter json, BFloat16 value) => Fp32Element.Write(json, ToSingle(value));

    public static bool AnyNonFinite(ReadOnlySpan<BFloat16> elements) =>
        NonFinite.Any(MemoryMarshal.Cast<BFloat16, ushort>(elements), (ushort)0x7F80);

    internal static float ToSingle(BFloat16 value) => BitConverter.UInt32BitsToSingle((uint)value.value << LowerBits);

    // To the nearest, of two equally near ones to the even one (IEEE 754, 4.3.1). The lower half of a NaN may be all that tells it from
    // infinity.
    private static BFloat16 Round(float number)
    {
        var bits = BitConverter.SingleToUInt32Bits(number);
        if (float.IsNaN(number))
            return new((ushort)((bits >> LowerBits) | 0x40));
        return new((ushort)((bits + 0x7FFF + ((bits >> LowerBits) & 1)) >> LowerBits));
    }
}
