using System.Text.Json;
using System.Text.Unicode;
using ModelServing.OpenInference.Infer;
using ModelServing.OpenInference.Tensors;

namespace ModelServing.OpenInference.Rest;

/// <summary>Writes the elements of a tensor in JSON.</summary>
internal static class ElementWriter
{
    /// <summary>Writes the elements one after the other.</summary>
    /// <exception cref="ArgumentException">An element of BYTES is not text, which JSON can't hold.</exception>
    internal static void Write(Utf8JsonWriter json, InferInput input)
    {
        var tensor = input.Tensor;
        switch (tensor.Datatype)
        {
            case Datatype.Bool:
                foreach (var element in tensor.Elements<bool>())
                    json.WriteBooleanValue(element);
                break;
            case Datatype.Int8:
                foreach (var element in tensor.Elements<sbyte>())
                    json.WriteNumberValue(element);
                break;
            case Datatype.Int16:
                foreach (var element in tensor.Elements<short>())
                    json.WriteNumberValue(element);
                break;
            case Datatype.Int32:
                foreach (var element in tensor.Elements<int>())
                    json.WriteNumberValue(element);
                break;
            case Datatype.Int64:
                foreach (var element in tensor.Elements<long>())
                    json.WriteNumberValue(element);
                break;
            case Datatype.Uint8:
                foreach (var element in tensor.Elements<byte>())
                    json.WriteNumberValue(element);
                break;
            case Datatype.Uint16:
                foreach (var element in tensor.Elements<ushort>())
                    json.WriteNumberValue(element);
                break;
            case Datatype.Uint32:
                foreach (var element in tensor.Elements<uint>())
                    json.WriteNumberValue(element);
                break;
            case Datatype.Uint64:
                foreach (var element in tensor.Elements<ulong>())
                    json.WriteNumberValue(element);
                break;
            case Datatype.Fp16:
                foreach (var element in tensor.Elements<Half>())
                    Write(json, (float)element);
                break;
            case Datatype.Bf16:
                foreach (var element in tensor.Elements<BFloat16>())
                    Write(json, element.ToSingle());
                break;
            case Datatype.Fp32:
                foreach (var element in tensor.Elements<float>())
                    Write(json, element);
                break;
            case Datatype.Fp64:
                foreach (var element in tensor.Elements<double>())
                    Write(json, element);
                break;
            default:
                WriteTexts(json, input);
                break;
        }
    }

    private static void Write(Utf8JsonWriter json, float element)
    {
        if (float.IsFinite(element))
            json.WriteNumberValue(element);
        else
            WriteNonFinite(json, element);
    }

    private static void Write(Utf8JsonWriter json, double element)
    {
        if (double.IsFinite(element))
            json.WriteNumberValue(element);
        else
            WriteNonFinite(json, element);
    }

    // JSON has no numbers for them. ModelServing reads these texts; for other servers there is the binary form.
    private static void WriteNonFinite(Utf8JsonWriter json, double element) =>
        json.WriteStringValue(double.IsNaN(element) ? "NaN"u8 : element > 0 ? "Infinity"u8 : "-Infinity"u8);

    private static void WriteTexts(Utf8JsonWriter json, InferInput input)
    {
        var index = 0;
        foreach (var element in input.Tensor.ByteElements())
        {
            if (!Utf8.IsValid(element.Span))
                throw new ArgumentException($"element {index} of '{input.Name}' is not text in UTF-8; use {nameof(WireFormat.Binary)}");
            json.WriteStringValue(element.Span);
            index++;
        }
    }
}
