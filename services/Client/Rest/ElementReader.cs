using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using ModelServing.OpenInference.Errors;
using ModelServing.OpenInference.Tensors;

namespace ModelServing.OpenInference.Rest;

/// <summary>Reads the elements of a tensor in JSON, flat or nested.</summary>
internal static class ElementReader
{
    private delegate bool TryRead<T>(ref Utf8JsonReader reader, out T element);

    /// <summary>Reads as many elements as the shape of an output says.</summary>
    /// <param name="reader">The reader, at the start of the array.</param>
    internal static ReadOnlyMemory<byte> Read(ref Utf8JsonReader reader, ReadOutput output) => output.Datatype switch
    {
        Datatype.Bool => Read<bool>(ref reader, output, TryReadBool),
        Datatype.Int8 => Read(ref reader, output, static (ref Utf8JsonReader r, out sbyte e) => r.TryGetSByte(out e)),
        Datatype.Int16 => Read(ref reader, output, static (ref Utf8JsonReader r, out short e) => r.TryGetInt16(out e)),
        Datatype.Int32 => Read(ref reader, output, static (ref Utf8JsonReader r, out int e) => r.TryGetInt32(out e)),
        Datatype.Int64 => Read(ref reader, output, static (ref Utf8JsonReader r, out long e) => r.TryGetInt64(out e)),
        Datatype.Uint8 => Read(ref reader, output, static (ref Utf8JsonReader r, out byte e) => r.TryGetByte(out e)),
        Datatype.Uint16 => Read(ref reader, output, static (ref Utf8JsonReader r, out ushort e) => r.TryGetUInt16(out e)),
        Datatype.Uint32 => Read(ref reader, output, static (ref Utf8JsonReader r, out uint e) => r.TryGetUInt32(out e)),
        Datatype.Uint64 => Read(ref reader, output, static (ref Utf8JsonReader r, out ulong e) => r.TryGetUInt64(out e)),
        Datatype.Fp16 => Read<Half>(ref reader, output, TryReadHalf),
        Datatype.Bf16 => Read<BFloat16>(ref reader, output, TryReadBFloat16),
        Datatype.Fp32 => Read<float>(ref reader, output, TryReadSingle),
        Datatype.Fp64 => Read<double>(ref reader, output, TryReadDouble),
        _ => ReadTexts(ref reader, output),
    };

    private static ReadOnlyMemory<byte> Read<T>(ref Utf8JsonReader reader, ReadOutput output, TryRead<T> tryRead)
        where T : unmanaged
    {
        var memory = new byte[output.Count * Datatypes.SizeOf(output.Datatype)];
        var elements = MemoryMarshal.Cast<byte, T>(memory.AsSpan());
        var count = 0;
        var depth = reader.CurrentDepth;
        while (NextElement(ref reader, depth))
        {
            if (count == elements.Length)
                throw WrongCount(output);
            if (!tryRead(ref reader, out elements[count]))
                throw TransportFaults.Malformed($"element {count} of '{output.Name}' is not of type {Datatypes.NameOf(output.Datatype)}");
            count++;
        }

        return count == elements.Length ? memory : throw WrongCount(output);
    }

    private static ReadOnlyMemory<byte> ReadTexts(ref Utf8JsonReader reader, ReadOutput output)
    {
        var memory = new ArrayBufferWriter<byte>();
        var count = 0;
        var depth = reader.CurrentDepth;
        while (NextElement(ref reader, depth))
        {
            if (reader.TokenType != JsonTokenType.String)
                throw TransportFaults.Malformed($"element {count} of '{output.Name}' is not text");
            // A text is never longer than its form in JSON.
            var room = memory.GetSpan(Tensor.LengthBytes + reader.ValueSpan.Length);
            var length = reader.CopyString(room[Tensor.LengthBytes..]);
            BinaryPrimitives.WriteInt32LittleEndian(room, length);
            memory.Advance(Tensor.LengthBytes + length);
            count++;
        }

        return count == output.Count ? memory.WrittenMemory : throw WrongCount(output);
    }

    // Moves to the next element, through the arrays within the outer one.
    private static bool NextElement(ref Utf8JsonReader reader, int depth)
    {
        while (reader.Read())
        {
            if (reader.TokenType is not (JsonTokenType.StartArray or JsonTokenType.EndArray))
                return true;
            if (reader.TokenType == JsonTokenType.EndArray && reader.CurrentDepth == depth)
                return false;
        }

        return false;
    }

    private static bool TryReadBool(ref Utf8JsonReader reader, out bool element)
    {
        element = reader.TokenType == JsonTokenType.True;
        return element || reader.TokenType == JsonTokenType.False;
    }

    private static bool TryReadDouble(ref Utf8JsonReader reader, out double element) => reader.TokenType == JsonTokenType.Number
        ? reader.TryGetDouble(out element)
        : TryReadNonFinite(ref reader, out element);

    private static bool TryReadSingle(ref Utf8JsonReader reader, out float element)
    {
        if (reader.TokenType == JsonTokenType.Number)
            return reader.TryGetSingle(out element);
        var isNonFinite = TryReadNonFinite(ref reader, out var number);
        element = (float)number;
        return isNonFinite;
    }

    private static bool TryReadBFloat16(ref Utf8JsonReader reader, out BFloat16 element)
    {
        var isRead = TryReadSingle(ref reader, out var number);
        element = BFloat16.FromSingle(number);
        return isRead;
    }

    private static bool TryReadHalf(ref Utf8JsonReader reader, out Half element)
    {
        if (reader.TokenType == JsonTokenType.Number)
            return Half.TryParse(reader.ValueSpan, NumberStyles.Float, CultureInfo.InvariantCulture, out element);
        var isNonFinite = TryReadNonFinite(ref reader, out var number);
        element = (Half)number;
        return isNonFinite;
    }

    // JSON does not have these numbers. ModelServing writes them as texts; KServe's server writes null for NaN.
    private static bool TryReadNonFinite(ref Utf8JsonReader reader, out double element)
    {
        element = reader.TokenType == JsonTokenType.Null || reader.ValueTextEquals("NaN"u8) ? double.NaN
            : reader.ValueTextEquals("Infinity"u8) ? double.PositiveInfinity
            : reader.ValueTextEquals("-Infinity"u8) ? double.NegativeInfinity
            : 0;
        return element != 0;
    }

    private static OpenInferenceException WrongCount(ReadOutput output) =>
        TransportFaults.Malformed($"'{output.Name}' does not have the {output.Count} elements of its shape");
}
