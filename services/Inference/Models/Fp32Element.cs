using System.Runtime.InteropServices;
using System.Text.Json;

namespace ModelServing.Inference.Models;

internal readonly struct Fp32Element : IElement<float>
{
    public static string Description => "a 32-bit number";

    public static bool TryRead(ref Utf8JsonReader reader, out float value)
    {
        value = 0;
        if (reader.TokenType == JsonTokenType.Number)
            return ShortNumber.TryRead(reader.ValueSpan, out value) || (reader.TryGetSingle(out value) && float.IsFinite(value));
        var read = NonFinite.TryRead(ref reader, out var number);
        value = (float)number;
        return read;
    }

    public static bool AreNumbers => true;

    public static bool TryRound(double number, bool isExact, out float value) => ShortNumber.TryRound(number, out value);

    public static bool AnyNonFinite(ReadOnlySpan<float> elements) => NonFinite.Any(MemoryMarshal.Cast<float, uint>(elements), 0x7F80_0000u);

    public static void Write(Utf8JsonWriter json, float value)
    {
        if (float.IsFinite(value))
            json.WriteNumberValue(value);
        else
            NonFinite.Write(json, value);
    }
}
