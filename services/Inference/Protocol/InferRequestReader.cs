using System.Text.Json;
using ModelServing.Hosting;
using ModelServing.Inference.Models;

namespace ModelServing.Inference.Protocol;

/// <summary>
/// Reads the body of an inference request (Open Inference Protocol, "Inference Request JSON Object") in one pass, straight into tensors.
/// Members may come in any order.
/// </summary>
internal sealed class InferRequestReader(IReadOnlyList<TensorSpec> inputs, IReadOnlyList<TensorSpec> outputs)
{
    private const int MaxIdBytes = 4096;

    private readonly InputReader inputReader = new(inputs);
    private readonly SharedLengths? sharedLengths = SharedLengths.Find(inputs);
    private readonly int[] allOutputs = [.. Enumerable.Range(0, outputs.Count)];

    /// <summary>Reads a request.</summary>
    /// <param name="body">The whole body.</param>
    /// <exception cref="RequestFaultException">The body is not a valid request for this model. The message names the field.</exception>
    internal InferRequest Read(ReadOnlySpan<byte> body)
    {
        if (BodyText.FindFault(body) is var (field, message))
            throw new RequestFaultException(field, message);
        var tensors = new RuntimeTensor?[inputs.Count];
        try
        {
            return Read(body, tensors);
        }
        catch (Exception e)
        {
            foreach (var tensor in tensors)
                tensor?.Dispose();
            if (e is JsonException fault)
                throw new RequestFaultException("", $"the body is not valid JSON: {fault.Message}");
            throw;
        }
    }

    private InferRequest Read(ReadOnlySpan<byte> body, RuntimeTensor?[] tensors)
    {
        var reader = new Utf8JsonReader(body);
        string? id = null;
        int[]? wanted = null;
        bool hasId = false, hasParameters = false, hasInputs = false, hasOutputs = false;
        MemberNames? unknown = null;
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new RequestFaultException("", "the body must be a JSON object with the member 'inputs'");
        while (RequestJson.NextMember(ref reader))
        {
            if (reader.ValueTextEquals("inputs"u8))
            {
                RequestJson.Once(ref hasInputs, Field.Body("inputs"));
                ReadInputs(ref reader, body.Length, tensors);
            }
            else if (reader.ValueTextEquals("outputs"u8))
            {
                RequestJson.Once(ref hasOutputs, Field.Body("outputs"));
                wanted = ReadOutputs(ref reader);
            }
            else if (reader.ValueTextEquals("id"u8))
            {
                RequestJson.Once(ref hasId, Field.Body("id"));
                id = RequestJson.ReadString(ref reader, Field.Body("id"), MaxIdBytes);
            }
            else if (reader.ValueTextEquals("parameters"u8))
            {
                RequestJson.Once(ref hasParameters, Field.Body("parameters"));
                var areText = RequestParameters.Read(ref reader, Field.Body("parameters"));
                if (areText && inputs.FirstOrDefault(static spec => !spec.IsText) is { } other)
                    throw RequestParameters.NotText(Field.Body("parameters"), other.Name);
            }
            else
            {
                RequestJson.ReadUnknown(ref reader, ref unknown, Field.Body(""), "id, parameters, inputs, outputs");
            }
        }

        // The JSON reader throws here if anything follows the object.
        reader.Read();
        for (var missing = 0; missing < tensors.Length; missing++)
        {
            if (tensors[missing] is not null)
                continue;
            if (inputs[missing].IsOptional)
            {
                tensors[missing] = inputs[missing].Format.Create([0]);
                continue;
            }

            throw new RequestFaultException(
                "inputs", $"'{inputs[missing].Name}' is missing; the model takes {string.Join(", ", inputs)}");
        }

        sharedLengths?.Require(tensors!);
        return new InferRequest(id, tensors!, wanted ?? allOutputs);
    }

    private void ReadInputs(ref Utf8JsonReader reader, int bodyLength, RuntimeTensor?[] tensors)
    {
        if (!RequestJson.ReadTokenOrNull(ref reader, JsonTokenType.StartArray, Field.Body("inputs"), "an array of tensors"))
            return;
        var index = 0;
        while (RequestJson.NextEntry(ref reader))
        {
            var (input, tensor) = inputReader.Read(ref reader, index, bodyLength);
            if (tensors[input] is not null)
            {
                tensor.Dispose();
                throw new RequestFaultException($"inputs[{index}].name", $"'{inputs[input].Name}' is duplicated");
            }

            tensors[input] = tensor;
            index++;
        }
    }

    private int[] ReadOutputs(ref Utf8JsonReader reader)
    {
        if (!RequestJson.ReadTokenOrNull(ref reader, JsonTokenType.StartArray, Field.Body("outputs"), "an array of objects with a name"))
            return allOutputs;
        var wanted = new List<int>(outputs.Count);
        while (RequestJson.NextEntry(ref reader))
        {
            var field = new Field("outputs", wanted.Count, "");
            var name = field with { Member = "name" };
            var parameters = field with { Member = "parameters" };
            if (reader.TokenType != JsonTokenType.StartObject)
                throw field.Fault("it must be an object with a name");
            var output = -1;
            bool hasName = false, hasParameters = false, areText = false;
            MemberNames? unknown = null;
            while (RequestJson.NextMember(ref reader))
            {
                if (reader.ValueTextEquals("name"u8))
                {
                    RequestJson.Once(ref hasName, name);
                    output = RequestJson.ReadName(ref reader, outputs, name, "outputs");
                }
                else if (reader.ValueTextEquals("parameters"u8))
                {
                    RequestJson.Once(ref hasParameters, parameters);
                    areText = RequestParameters.Read(ref reader, parameters);
                }
                else
                {
                    RequestJson.ReadUnknown(ref reader, ref unknown, field, "name, parameters");
                }
            }

            if (output < 0)
                throw name.Fault($"it is missing; the model's outputs are {string.Join(", ", outputs)}");
            if (areText && !outputs[output].IsText)
                throw RequestParameters.NotText(parameters, outputs[output].Name);
            if (wanted.Contains(output))
                throw name.Fault($"'{outputs[output].Name}' is duplicated");
            wanted.Add(output);
        }

        // By the protocol, an empty list means all outputs.
        return wanted.Count == 0 ? allOutputs : [.. wanted];
    }
}
