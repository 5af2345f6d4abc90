using System.Buffers;
using System.Text.Json;
using ModelServing.Inference.Models;
using ModelServing.Inference.Protocol;

namespace ModelServing.Services.Tests.Inference.Protocol;

/// <summary>Makes the bodies of the fuzzers.</summary>
internal static class FuzzedBody
{
    /// <summary>Replaces parts of a body by pieces.</summary>
    internal static byte[] Change(byte[] body, (int At, int Length, byte[] Piece)[] changes)
    {
        foreach (var (place, length, piece) in changes)
        {
            var at = body.Length == 0 ? 0 : place % (body.Length + 1);
            body = [.. body[..at], .. piece, .. body[Math.Min(body.Length, at + length)..]];
        }

        return body;
    }

    /// <summary>Writes a request as JSON with bytes behind it, whose place it returns.</summary>
    internal static (byte[] Body, int JsonLength) Binary(TensorSpec[] specs, InferRequest request, List<int> present)
    {
        var data = new ArrayBufferWriter<byte>();
        var json = Json(specs, request, present, isBinary: true);
        data.Write(json);
        foreach (var i in present)
            BinaryTensor.Write(data, specs[i], request.Inputs[i]);
        return (data.WrittenSpan.ToArray(), json.Length);
    }

    /// <summary>Writes a request as JSON.</summary>
    internal static byte[] Json(TensorSpec[] specs, InferRequest request, List<int> present, bool isBinary)
    {
        var text = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            json.WriteStartArray("inputs");
            foreach (var i in present)
            {
                json.WriteStartObject();
                json.WriteString("name", specs[i].Name);
                json.WriteString("datatype", specs[i].DatatypeText);
                json.WriteStartArray("shape");
                foreach (var length in request.Inputs[i].Shape)
                    json.WriteNumberValue(length);
                json.WriteEndArray();
                if (isBinary)
                {
                    json.WriteStartObject("parameters");
                    json.WriteNumber("binary_data_size", BinaryTensor.LengthOf(specs[i], request.Inputs[i]));
                    json.WriteEndObject();
                }
                else
                {
                    json.WriteStartArray("data");
                    specs[i].Format.WriteElements(json, request.Inputs[i]);
                    json.WriteEndArray();
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return text.WrittenSpan.ToArray();
    }

    /// <summary>The elements of a tensor as bytes.</summary>
    internal static byte[] Bytes(TensorSpec spec, RuntimeTensor tensor)
    {
        var bytes = new ArrayBufferWriter<byte>();
        BinaryTensor.Write(bytes, spec, tensor);
        return bytes.WrittenSpan.ToArray();
    }
}
