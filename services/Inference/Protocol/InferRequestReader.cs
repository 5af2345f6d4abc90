using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
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
    private readonly int[] allOutputs = [.. Enumerable.Range(0, outputs.Count)];

    /// <summary>Reads a request.</summary>
    /// <param name="body">The whole body.</param>
    /// <exception cref="RequestFaultException">The body is not a valid request for this model. The message names the field.</exception>
    internal InferRequest Read(ReadOnlySpan<byte> body)
    {
        var tensors = new OrtValue?[inputs.Count];
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

    private InferRequest Read(ReadOnlySpan<byte> body, OrtValue?[] tensors)
    {
        var reader = new Utf8JsonReader(body);
        string? id = null;
        int[]? wanted = null;
        var inputCount = 0;
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new RequestFaultException("", "the body must be a JSON object with the member 'inputs'");
        while (RequestJson.NextMember(ref reader))
        {
            if (reader.ValueTextEquals("inputs"u8))
            {
                if (inputCount > 0)
                    throw new RequestFaultException("inputs", "it is duplicated");
                inputCount = ReadInputs(ref reader, body.Length, tensors);
            }
            else if (reader.ValueTextEquals("outputs"u8))
            {
                wanted = ReadOutputs(ref reader);
            }
            else if (reader.ValueTextEquals("id"u8))
            {
                id = RequestJson.ReadString(ref reader, "id", MaxIdBytes);
            }
            else if (reader.ValueTextEquals("parameters"u8))
            {
                RequestJson.ReadParameters(ref reader, "parameters");
            }
            else
            {
                throw RequestJson.Unknown(ref reader, "", "id, parameters, inputs, outputs");
            }
        }

        // The JSON reader throws here if anything follows the object.
        reader.Read();
        var missing = Array.IndexOf(tensors, null);
        if (missing >= 0)
        {
            throw new RequestFaultException(
                "inputs", $"'{inputs[missing].Name}' is missing; the model takes {string.Join(", ", inputs)}");
        }

        return new InferRequest(id, tensors!, wanted ?? allOutputs);
    }

    private int ReadInputs(ref Utf8JsonReader reader, int bodyLength, OrtValue?[] tensors)
    {
        RequestJson.ReadToken(ref reader, JsonTokenType.StartArray, "inputs", "an array of tensors");
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

        return index;
    }

    private int[] ReadOutputs(ref Utf8JsonReader reader)
    {
        RequestJson.ReadToken(ref reader, JsonTokenType.StartArray, "outputs", "an array of objects with a name");
        var wanted = new List<int>(outputs.Count);
        while (RequestJson.NextEntry(ref reader))
        {
            var field = $"outputs[{wanted.Count}]";
            if (reader.TokenType != JsonTokenType.StartObject)
                throw new RequestFaultException(field, "it must be an object with a name");
            var output = -1;
            while (RequestJson.NextMember(ref reader))
            {
                if (reader.ValueTextEquals("name"u8))
                    output = RequestJson.ReadName(ref reader, outputs, field + ".name", "outputs");
                else if (reader.ValueTextEquals("parameters"u8))
                    RequestJson.ReadParameters(ref reader, field + ".parameters");
                else
                    throw RequestJson.Unknown(ref reader, field, "name, parameters");
            }

            if (output < 0)
            {
                throw new RequestFaultException(
                    field + ".name", $"it is missing; the model's outputs are {string.Join(", ", outputs)}");
            }

            if (wanted.Contains(output))
                throw new RequestFaultException(field + ".name", $"'{outputs[output].Name}' is duplicated");
            wanted.Add(output);
        }

        // By the protocol, an empty list means all outputs.
        return wanted.Count == 0 ? allOutputs : [.. wanted];
    }
}
