using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;

namespace ModelServing.Inference.Models;

/// <summary>One element of a tensor in JSON, resolved at compile time so that no number is boxed.</summary>
internal interface IElement<T>
{
    /// <summary>What an element has to be, for a message.</summary>
    static abstract string What { get; }

    /// <summary>Reads the token that the reader is on; false when it is no such element.</summary>
    static abstract bool TryRead(ref Utf8JsonReader reader, out T value);

    /// <summary>Writes an element.</summary>
    static abstract void Write(Utf8JsonWriter json, T value);

    /// <summary>Whether one of the elements is NaN or infinite; never where the type has no such values.</summary>
    static virtual bool AnyNonFinite(ReadOnlySpan<T> elements) => false;
}

internal readonly struct BoolElement : IElement<bool>
{
    public static string What => "true or false";

    public static bool TryRead(ref Utf8JsonReader reader, out bool value)
    {
        value = reader.TokenType == JsonTokenType.True;
        return value || reader.TokenType == JsonTokenType.False;
    }

    public static void Write(Utf8JsonWriter json, bool value) => json.WriteBooleanValue(value);
}

/// <summary>A whole number of any width.</summary>
internal readonly struct WholeElement<T> : IElement<T>
    where T : struct, IBinaryInteger<T>, IMinMaxValue<T>
{
    public static string What => $"a whole number from {T.MinValue} to {T.MaxValue}";

    public static bool TryRead(ref Utf8JsonReader reader, out T value)
    {
        value = T.Zero;
        return reader.TokenType == JsonTokenType.Number && T.TryParse(reader.ValueSpan, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
    }

    public static void Write(Utf8JsonWriter json, T value)
    {
        if (T.IsNegative(value))
            json.WriteNumberValue(long.CreateTruncating(value));
        else
            json.WriteNumberValue(ulong.CreateTruncating(value));
    }
}

internal readonly struct Fp16Element : IElement<Float16>
{
    public static string What => "a number from -65504 to 65504";

    public static bool TryRead(ref Utf8JsonReader reader, out Float16 value)
    {
        var read = NonFinite.TryRead(ref reader, out var number);
        var half = (Half)number;
        value = new Float16(BitConverter.HalfToUInt16Bits(half));
        return read || (reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out number) && TryConvert(number, out value));
    }

    public static void Write(Utf8JsonWriter json, Float16 value) => Fp32Element.Write(json, (float)BitConverter.UInt16BitsToHalf(value.value));

    public static bool AnyNonFinite(ReadOnlySpan<Float16> elements) => NonFinite.Any(MemoryMarshal.Cast<Float16, ushort>(elements), (ushort)0x7C00);

    private static bool TryConvert(double number, out Float16 value)
    {
        var half = (Half)number;
        value = new Float16(BitConverter.HalfToUInt16Bits(half));
        return Half.IsFinite(half);
    }
}

internal readonly struct Fp32Element : IElement<float>
{
    public static string What => "a number of 32 bits";

    public static bool TryRead(ref Utf8JsonReader reader, out float value)
    {
        value = 0;
        if (reader.TokenType == JsonTokenType.Number)
            return reader.TryGetSingle(out value) && float.IsFinite(value);
        var read = NonFinite.TryRead(ref reader, out var number);
        value = (float)number;
        return read;
    }

    public static bool AnyNonFinite(ReadOnlySpan<float> elements) => NonFinite.Any(MemoryMarshal.Cast<float, uint>(elements), 0x7F80_0000u);

    public static void Write(Utf8JsonWriter json, float value)
    {
        if (float.IsFinite(value))
            json.WriteNumberValue(value);
        else
            NonFinite.Write(json, value);
    }
}

internal readonly struct Fp64Element : IElement<double>
{
    public static string What => "a number of 64 bits";

    public static bool TryRead(ref Utf8JsonReader reader, out double value)
    {
        value = 0;
        return reader.TokenType == JsonTokenType.Number
            ? reader.TryGetDouble(out value) && double.IsFinite(value)
            : NonFinite.TryRead(ref reader, out value);
    }

    public static bool AnyNonFinite(ReadOnlySpan<double> elements) => NonFinite.Any(MemoryMarshal.Cast<double, ulong>(elements), 0x7FF0_0000_0000_0000ul);

    public static void Write(Utf8JsonWriter json, double value)
    {
        if (double.IsFinite(value))
            json.WriteNumberValue(value);
        else
            NonFinite.Write(json, value);
    }
}

/// <summary>The floating-point values that JSON has no number for.</summary>
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

    /// <summary>Whether one of the numbers, given by their bits, has all bits of its exponent set, which is what NaN and the infinities are
    /// (IEEE 754, 3.4).</summary>
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
