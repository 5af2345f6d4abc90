using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;

namespace ModelServing.Inference.Models;

/// <summary>The floating-point values that JSON numbers can't express.</summary>
internal static class NonFinite
{
    internal static bool TryRead(ref Utf8JsonReader reader, out double value)
    {
        value = 0;
        // Some JSON writers have no other form of NaN. KServe's client uses one of them.
        if (reader.TokenType == JsonTokenType.Null)
            value = double.NaN;
        else if (reader.TokenType != JsonTokenType.String)
            return false;
        else if (reader.ValueTextEquals("NaN"u8))
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

    /// <summary>Whether a text is a number that is not finite, in the notation of .NET or of C.</summary>
    internal static bool IsNamedBy(ReadOnlySpan<byte> text)
    {
        if (float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
            return !float.IsFinite(number);
        text = text.Trim(" \t\r\n"u8);
        text = text.TrimStart("+-"u8);
        return Ascii.EqualsIgnoreCase(text, "inf"u8) || Ascii.EqualsIgnoreCase(text, "infinity"u8) || Ascii.EqualsIgnoreCase(text, "nan"u8);
    }

    internal static void Write(Utf8JsonWriter json, double value) =>
        json.WriteStringValue(double.IsNaN(value) ? "NaN"u8 : value > 0 ? "Infinity"u8 : "-Infinity"u8);
}
