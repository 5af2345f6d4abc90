using System.Buffers;
using System.Text.Json;

namespace ModelServing.Predictions.Reading;

/// <summary>Writes a tensor's elements as JSON. NaN and infinities are strings, as in the Open Inference Protocol's answers.</summary>
internal static class ElementsJson
{
    internal static JsonElement Write(Array elements)
    {
        var text = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartArray();
            Write(json, elements);
            json.WriteEndArray();
        }

        using var document = JsonDocument.Parse(text.WrittenMemory);
        return document.RootElement.Clone();
    }

    private static void Write(Utf8JsonWriter json, Array elements)
    {
        // By the exact type: to the runtime, an array of sbyte is an array of byte too.
        switch (Type.GetTypeCode(elements.GetType().GetElementType()))
        {
            case TypeCode.Boolean:
                Write(json, (bool[])elements, static (json, flag) => json.WriteBooleanValue(flag));
                break;
            case TypeCode.SByte:
                Write(json, (sbyte[])elements, static (json, number) => json.WriteNumberValue(number));
                break;
            case TypeCode.Int16:
                Write(json, (short[])elements, static (json, number) => json.WriteNumberValue(number));
                break;
            case TypeCode.Int32:
                Write(json, (int[])elements, static (json, number) => json.WriteNumberValue(number));
                break;
            case TypeCode.Int64:
                Write(json, (long[])elements, static (json, number) => json.WriteNumberValue(number));
                break;
            case TypeCode.Byte:
                Write(json, (byte[])elements, static (json, number) => json.WriteNumberValue(number));
                break;
            case TypeCode.UInt16:
                Write(json, (ushort[])elements, static (json, number) => json.WriteNumberValue(number));
                break;
            case TypeCode.UInt32:
                Write(json, (uint[])elements, static (json, number) => json.WriteNumberValue(number));
                break;
            case TypeCode.UInt64:
                Write(json, (ulong[])elements, static (json, number) => json.WriteNumberValue(number));
                break;
            case TypeCode.Single:
                Write(json, (float[])elements, WriteNumber);
                break;
            case TypeCode.Double:
                Write(json, (double[])elements, WriteNumber);
                break;
            default:
                Write(json, (string[])elements, static (json, text) => json.WriteStringValue(text));
                break;
        }
    }

    private static void Write<T>(Utf8JsonWriter json, T[] elements, Action<Utf8JsonWriter, T> write)
    {
        foreach (var element in elements)
            write(json, element);
    }

    private static void WriteNumber(Utf8JsonWriter json, float number)
    {
        if (float.IsFinite(number))
            json.WriteNumberValue(number);
        else
            json.WriteStringValue(NonFiniteName(number));
    }

    private static void WriteNumber(Utf8JsonWriter json, double number)
    {
        if (double.IsFinite(number))
            json.WriteNumberValue(number);
        else
            json.WriteStringValue(NonFiniteName(number));
    }

    private static ReadOnlySpan<byte> NonFiniteName(double number) =>
        double.IsNaN(number) ? "NaN"u8 : number > 0 ? "Infinity"u8 : "-Infinity"u8;
}
