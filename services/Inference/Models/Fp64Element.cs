using System.Runtime.InteropServices;
using System.Text.Json;

namespace ModelServing.Inference.Models;

internal readonly struct Fp64Element : IElement<double>
{
    public static string Description => "a 64-bit number";

    public static bool TryRead(ref Utf8JsonReader reader, out double value)
    {
        value = 0;
        return reader.TokenType == JsonTokenType.Number
            ? reader.TryGetDouble(out value) && double.IsFinite(value)
            : NonFinite.TryRead(ref reader, out value);
    }

    public static bool AreNumbers => true;

    public static bool TryRound(double number, bool isExact, out double value)
    {
        value = number;
        return isExact;
    }

    public static bool AnyNonFinite(ReadOnlySpan<double> elements) =>
        NonFinite.Any(MemoryMarshal.Cast<double, ulong>(elements), 0x7FF0_0000_0000_0000ul);

    public static void Write(Utf8JsonWriter json, double value)
    {
        if (double.IsFinite(value))
            json.WriteNumberValue(value);
        else
            NonFinite.Write(json, value);
    }
}
