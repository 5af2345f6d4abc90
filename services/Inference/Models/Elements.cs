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
}

internal readonly struct BoolElement : IElement<bool>
{
    public static string What => "true or false (BOOL)";

    public static bool TryRead(ref Utf8JsonReader reader, out bool value)
    {
        value = reader.TokenType == JsonTokenType.True;
        return value || reader.TokenType == JsonTokenType.False;
    }

    public static void Write(Utf8JsonWriter json, bool value) => json.WriteBooleanValue(value);
}

internal readonly struct Int8Element : IElement<sbyte>
{
    public static string What => "a whole number from -128 to 127 (INT8)";

    public static bool TryRead(ref Utf8JsonReader reader, out sbyte value)
    {
        value = 0;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetSByte(out value);
    }

    public static void Write(Utf8JsonWriter json, sbyte value) => json.WriteNumberValue(value);
}

internal readonly struct Int16Element : IElement<short>
{
    public static string What => "a whole number from -32768 to 32767 (INT16)";

    public static bool TryRead(ref Utf8JsonReader reader, out short value)
    {
        value = 0;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetInt16(out value);
    }

    public static void Write(Utf8JsonWriter json, short value) => json.WriteNumberValue(value);
}

internal readonly struct Int32Element : IElement<int>
{
    public static string What => "a whole number from -2147483648 to 2147483647 (INT32)";

    public static bool TryRead(ref Utf8JsonReader reader, out int value)
    {
        value = 0;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out value);
    }

    public static void Write(Utf8JsonWriter json, int value) => json.WriteNumberValue(value);
}

internal readonly struct Int64Element : IElement<long>
{
    public static string What => "a whole number of 64 bits (INT64)";

    public static bool TryRead(ref Utf8JsonReader reader, out long value)
    {
        value = 0;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out value);
    }

    public static void Write(Utf8JsonWriter json, long value) => json.WriteNumberValue(value);
}

internal readonly struct Uint8Element : IElement<byte>
{
    public static string What => "a whole number from 0 to 255 (UINT8)";

    public static bool TryRead(ref Utf8JsonReader reader, out byte value)
    {
        value = 0;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetByte(out value);
    }

    public static void Write(Utf8JsonWriter json, byte value) => json.WriteNumberValue(value);
}

internal readonly struct Uint16Element : IElement<ushort>
{
    public static string What => "a whole number from 0 to 65535 (UINT16)";

    public static bool TryRead(ref Utf8JsonReader reader, out ushort value)
    {
        value = 0;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetUInt16(out value);
    }

    public static void Write(Utf8JsonWriter json, ushort value) => json.WriteNumberValue(value);
}

internal readonly struct Uint32Element : IElement<uint>
{
    public static string What => "a whole number from 0 to 4294967295 (UINT32)";

    public static bool TryRead(ref Utf8JsonReader reader, out uint value)
    {
        value = 0;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetUInt32(out value);
    }

    public static void Write(Utf8JsonWriter json, uint value) => json.WriteNumberValue(value);
}

internal readonly struct Uint64Element : IElement<ulong>
{
    public static string What => "a whole number of 64 bits from 0 (UINT64)";

    public static bool TryRead(ref Utf8JsonReader reader, out ulong value)
    {
        value = 0;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetUInt64(out value);
    }

    public static void Write(Utf8JsonWriter json, ulong value) => json.WriteNumberValue(value);
}

internal readonly struct Fp16Element : IElement<Float16>
{
    public static string What => "a number from -65504 to 65504 (FP16)";

    public static bool TryRead(ref Utf8JsonReader reader, out Float16 value)
    {
        var read = NonFinite.TryRead(ref reader, out var number);
        var half = (Half)number;
        value = new Float16(BitConverter.HalfToUInt16Bits(half));
        return read || (reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out number) && TryConvert(number, out value));
    }

    public static void Write(Utf8JsonWriter json, Float16 value) => Fp32Element.Write(json, (float)BitConverter.UInt16BitsToHalf(value.value));

    private static bool TryConvert(double number, out Float16 value)
    {
        var half = (Half)number;
        value = new Float16(BitConverter.HalfToUInt16Bits(half));
        return Half.IsFinite(half);
    }
}

internal readonly struct Fp32Element : IElement<float>
{
    public static string What => "a number of 32 bits (FP32)";

    public static bool TryRead(ref Utf8JsonReader reader, out float value)
    {
        value = 0;
        if (reader.TokenType == JsonTokenType.Number)
            return reader.TryGetSingle(out value) && float.IsFinite(value);
        var read = NonFinite.TryRead(ref reader, out var number);
        value = (float)number;
        return read;
    }

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
    public static string What => "a number of 64 bits (FP64)";

    public static bool TryRead(ref Utf8JsonReader reader, out double value)
    {
        value = 0;
        return reader.TokenType == JsonTokenType.Number
            ? reader.TryGetDouble(out value) && double.IsFinite(value)
            : NonFinite.TryRead(ref reader, out value);
    }

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

    internal static void Write(Utf8JsonWriter json, double value) =>
        json.WriteStringValue(double.IsNaN(value) ? "NaN"u8 : value > 0 ? "Infinity"u8 : "-Infinity"u8);
}
