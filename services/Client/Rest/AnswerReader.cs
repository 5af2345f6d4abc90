using System.Text.Json;
using ModelServing.OpenInference.Errors;
using ModelServing.OpenInference.Infer;

namespace ModelServing.OpenInference.Rest;

/// <summary>Reads the JSON of an answer in one pass, with the elements straight into the memory of tensors.</summary>
internal static class AnswerReader
{
    internal static ReadAnswer Read(ReadOnlySpan<byte> json)
    {
        var answer = new ReadAnswer();
        var hasOutputs = false;
        try
        {
            var reader = new Utf8JsonReader(json);
            reader.Read();
            Require(reader.TokenType == JsonTokenType.StartObject, "it is not a JSON object");
            while (NextMember(ref reader, out var name))
            {
                switch (name)
                {
                    case "model_name":
                        answer.Model = reader.GetString() ?? "";
                        break;
                    case "model_version":
                        answer.Version = reader.GetString();
                        break;
                    case "id":
                        answer.Id = reader.GetString();
                        break;
                    case "parameters":
                        answer.Parameters = ReadParameters(ref reader);
                        break;
                    case "outputs":
                        Require(reader.TokenType == JsonTokenType.StartArray, "'outputs' is not an array");
                        hasOutputs = true;
                        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                            answer.Outputs.Add(ReadOutput(ref reader, json.Length));
                        break;
                    default:
                        reader.Skip();
                        break;
                }
            }

            // This throws if anything follows the object.
            reader.Read();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            // A member has another type than the protocol gives it.
            throw TransportFaults.Malformed(e.Message, e);
        }

        Require(hasOutputs, "it has no 'outputs'");
        return answer;
    }

    private static ReadOutput ReadOutput(ref Utf8JsonReader reader, int jsonLength)
    {
        Require(reader.TokenType == JsonTokenType.StartObject, "an output is not an object");
        var (name, datatype, shape) = ("", default(string), Array.Empty<long>());
        var (hasShape, hasData) = (false, false);
        var parameters = NoParameters.Shared;
        Utf8JsonReader data = default;
        while (NextMember(ref reader, out var member))
        {
            switch (member)
            {
                case "name":
                    name = reader.GetString() ?? "";
                    break;
                case "datatype":
                    datatype = reader.GetString();
                    break;
                case "shape":
                    shape = ReadShape(ref reader);
                    hasShape = true;
                    break;
                case "parameters":
                    parameters = ReadParameters(ref reader);
                    break;
                case "data" when reader.TokenType == JsonTokenType.StartArray:
                    // Its type and shape may come later.
                    data = reader;
                    hasData = true;
                    reader.Skip();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        Require(hasShape, $"'{name}' has no shape");
        var output = new ReadOutput(name, datatype, shape, parameters);
        if (hasData && output.BinarySize is null)
        {
            // Each element is at least one byte of the JSON, so that a shape can't ask for more memory than that.
            Require(output.Count <= jsonLength, $"'{name}' has fewer elements than its shape says");
            output.TakeElements(ElementReader.Read(ref data, output));
        }

        return output;
    }

    private static long[] ReadShape(ref Utf8JsonReader reader)
    {
        Require(reader.TokenType == JsonTokenType.StartArray, "a shape is not an array");
        var shape = new List<long>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            shape.Add(reader.GetInt64());
        return [.. shape];
    }

    private static IReadOnlyDictionary<string, ParameterValue> ReadParameters(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return NoParameters.Shared;
        Require(reader.TokenType == JsonTokenType.StartObject, "'parameters' is not an object");
        var parameters = new Dictionary<string, ParameterValue>();
        while (NextMember(ref reader, out var name))
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.Null:
                    break;
                case JsonTokenType.True or JsonTokenType.False:
                    parameters[name] = reader.GetBoolean();
                    break;
                case JsonTokenType.String:
                    parameters[name] = reader.GetString()!;
                    break;
                case JsonTokenType.Number when reader.TryGetInt64(out var number):
                    parameters[name] = number;
                    break;
                case JsonTokenType.Number when reader.TryGetUInt64(out var number):
                    parameters[name] = number;
                    break;
                case JsonTokenType.Number:
                    parameters[name] = reader.GetDouble();
                    break;
                default:
                    using (var json = JsonDocument.ParseValue(ref reader))
                        parameters[name] = json.RootElement.GetRawText();
                    break;
            }
        }

        return parameters;
    }

    // Moves to the value of the next member of an object.
    private static bool NextMember(ref Utf8JsonReader reader, out string name)
    {
        name = "";
        if (!reader.Read() || reader.TokenType != JsonTokenType.PropertyName)
            return false;
        name = reader.GetString()!;
        return reader.Read();
    }

    private static void Require(bool isSo, string otherwise)
    {
        if (!isSo)
            throw TransportFaults.Malformed(otherwise);
    }
}
