using System.Numerics;
using System.Text.Json;

namespace ModelServing.Inference.Models;

/// <summary>The floating-point values that JSON numbers can't express.</summary>
internal static class NonFinite
{
    internal static bool TryRead(ref Utf8JsonReader reader, out double value)
    {
        value = 0;
        if (reader.TokenType != JsonTokenType.String)
            return false;
        if (reader.ValueTextEquals("NaN"u8))
            value = double.NaN;
        else if (reader.ValueTextEquals("Infinity"u8))
            value = double.PositiveInfinity;
        else if (reader.ValueTextEquals("-Infinity"u8))
            value = double.NegativeInfinity;
        else
            return false;
        return true;
    }

    /// <summary>Whether a number, given by its bits, is NaN or infinite: all bits of its exponent are set (IEEE 754, 3.4).</summary>
    internal static bool Any<TBits>(ReadOnlySpan<TBits> numbers, TBits exponent)
        where TBits : unmanaged, IBinaryInteger<TBits>
    {
        var mask = new Vector<TBits>(exponent);
        for (; numbers.Length >= Vector<TBits>.Count; numbers = numbers[Vector<TBits>.Count..])
        {
            if (Vector.EqualsAny(new Vector<TBits>(numbers) & mask, mask))
                return true;
        }

        foreach (var number in numbers)
        {
            if ((number & exponent) == exponent)
                return true;
        }

        return false;
    }

    internal static void Write(Utf8JsonWriter json, double value) =>
        json.WriteStringValue(double.IsNaN(value) ? "NaN"u8 : value > 0 ? "Infinity"u8 : "-Infinity"u8);
}
