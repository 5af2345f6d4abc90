using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using ModelServing.OpenInference.Infer;
using ModelServing.OpenInference.Tensors;

namespace ModelServing.OpenInference.Rest;

/// <summary>Writes the body of an inference request.</summary>
internal static class RequestWriter
{
    private const string JsonLength = "Inference-Header-Content-Length";
    private const string Timeout = "timeout";
    private const string BinaryOutput = "binary_data_output";
    private const int HeadBytes = 512;
    private const int ElementBytes = 8;

    // The body is never HTML, so quotes need no escapes.
    private static readonly JsonWriterOptions Options =
        new() { SkipValidation = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Sets the body of a message.</summary>
    /// <param name="isBinary">Whether tensors are bytes behind the JSON, in both directions.</param>
    /// <param name="left">The time that the server has; null for its own limit.</param>
    internal static void Write(HttpRequestMessage message, InferRequest request, bool isBinary, TimeSpan? left)
    {
        var head = new ArrayBufferWriter<byte>(
            HeadBytes + (isBinary ? 0 : request.Inputs.Sum(static input => Math.Min(input.Tensor.Count, 1 << 20) * ElementBytes)));
        using (var json = new Utf8JsonWriter(head, Options))
            Write(json, request, isBinary, left);
        if (!isBinary)
        {
            message.Content = new RequestContent([head.WrittenMemory], "application/json");
            return;
        }

        message.Content = new RequestContent(
            [head.WrittenMemory, .. request.Inputs.Select(static input => WireBytes(input.Tensor))], "application/octet-stream");
        message.Headers.TryAddWithoutValidation(JsonLength, head.WrittenCount.ToString(CultureInfo.InvariantCulture));
    }

    private static ReadOnlyMemory<byte> WireBytes(Tensor tensor) =>
        ByteOrder.ToWire(tensor.Memory, Datatypes.SizeOf(tensor.Datatype), BitConverter.IsLittleEndian);

    private static void Write(Utf8JsonWriter json, InferRequest request, bool isBinary, TimeSpan? left)
    {
        json.WriteStartObject();
        if (request.Id is { } id)
            json.WriteString("id"u8, id);
        if (request.Parameters.Count > 0 || isBinary || left is not null)
        {
            json.WriteStartObject("parameters"u8);
            WriteMembers(json, request.Parameters);
            if (isBinary && !request.Parameters.ContainsKey(BinaryOutput))
                json.WriteBoolean(BinaryOutput, true);
            if (left is { } time && !request.Parameters.ContainsKey(Timeout))
                json.WriteNumber(Timeout, Math.Max(1, (long)time.TotalMicroseconds));
            json.WriteEndObject();
        }

        json.WriteStartArray("inputs"u8);
        foreach (var input in request.Inputs)
            Write(json, input, isBinary);
        json.WriteEndArray();
        if (request.Outputs.Count > 0)
        {
            json.WriteStartArray("outputs"u8);
            foreach (var output in request.Outputs)
            {
                json.WriteStartObject();
                json.WriteString("name"u8, output.Name);
                WriteParameters(json, output.Parameters);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, InferInput input, bool isBinary)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, input.Name);
        json.WriteStartArray("shape"u8);
        foreach (var length in input.Tensor.Shape)
            json.WriteNumberValue(length);
        json.WriteEndArray();
        json.WriteString("datatype"u8, Datatypes.NameOf(input.Tensor.Datatype));
        if (isBinary)
        {
            json.WriteStartObject("parameters"u8);
            WriteMembers(json, input.Parameters);
            json.WriteNumber("binary_data_size"u8, input.Tensor.Memory.Length);
            json.WriteEndObject();
        }
        else
        {
            WriteParameters(json, input.Parameters);
            json.WriteStartArray("data"u8);
            ElementWriter.Write(json, input);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void WriteParameters(Utf8JsonWriter json, IReadOnlyDictionary<string, ParameterValue> parameters)
    {
        if (parameters.Count == 0)
            return;
        json.WriteStartObject("parameters"u8);
        WriteMembers(json, parameters);
        json.WriteEndObject();
    }

    private static void WriteMembers(Utf8JsonWriter json, IReadOnlyDictionary<string, ParameterValue> parameters)
    {
        foreach (var (name, parameter) in parameters)
        {
            switch (parameter.Value)
            {
                case bool flag:
                    json.WriteBoolean(name, flag);
                    break;
                case long number:
                    json.WriteNumber(name, number);
                    break;
                case ulong number:
                    json.WriteNumber(name, number);
                    break;
                case double number:
                    json.WriteNumber(name, number);
                    break;
                default:
                    json.WriteString(name, parameter.ToString());
                    break;
            }
        }
    }
}
