using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;

namespace ModelServing.Inference.Models;

internal readonly struct Fp16Element : IElement<Float16>
{
    public static string Description => "a number from -65504 to 65504";

    public static bool TryRead(ref Utf8JsonReader reader, out Float16 value)
    {
        var read = NonFinite.TryRead(ref reader, out var number);
        var half = (Half)number;
        value = new Float16(BitConverter.HalfToUInt16Bits(half));
        return read || (reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out number) && TryConvert(number, out value));
    }

    public static void Write(Utf8JsonWriter json, Float16 value) =>
        Fp32Element.Write(json, (float)BitConverter.UInt16BitsToHalf(value.value));

    public static bool AnyNonFinite(ReadOnlySpan<Float16> elements) =>
        NonFinite.Any(MemoryMarshal.Cast<Float16, ushort>(elements), (ushort)0x7C00);

    private static bool TryConvert(double number, out Float16 value)
    {
        var half = (Half)number;
        value = new Float16(BitConverter.HalfToUInt16Bits(half));
        return Half.IsFinite(half);
    }
}
