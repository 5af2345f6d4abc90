using System.Text;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using ModelServing.Inference.Models;

namespace ModelServing.Inference.Protocol;

/// <summary>
/// Reads the body of an inference request (Open Inference Protocol, "Inference Request JSON Object") in one pass, straight into
/// tensors. Members may come in any order; where data comes before what it needs to be read, it is gone over twice.
/// </summary>
internal sealed class InferRequestReader(IReadOnlyList<TensorSpec> inputs, IReadOnlyList<TensorSpec> outputs)
{
    // What these ask for would give another answer than the caller thinks, so they are not read over.
    private static readonly string[] Unsupported = ["binary_data_size", "classification", "shared_memory_region", "shared_memory_offset", "shared_memory_byte_size"];

    private readonly int[] allOutputs = [.. Enumerable.Range(0, outputs.Count)];
    private readonly byte[][] unsupported = [.. Unsupported.Select(Encoding.UTF8.GetBytes)];

    /// <summary>Reads a request.</summary>
    /// <param name="body">The whole body.</param>
    /// <exception cref="RequestFaultException">It is no such request for this model; the message names the field.</exception>
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
                throw new RequestFaultException("", $"the body is no JSON: {fault.Message}");
            throw;
        }
    }

    private InferRequest Read(ReadOnlySpan<byte> body, OrtValue?[] tensors)
    {
        var reader = new Utf8JsonReader(body);
        string? id = null;
        int[]? wanted = null;
        var given = 0;
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new RequestFaultException("", "the body has to be a JSON object with the member 'inputs'");
        while (NextMember(ref reader))
        {
            if (reader.ValueTextEquals("inputs"u8))
            {
                if (given > 0)
                    throw new RequestFaultException("inputs", "it stands there twice");
                given = ReadInputs(ref reader, body.Length, tensors);
            }
            else if (reader.ValueTextEquals("outputs"u8))
            {
                wanted = ReadOutputs(ref reader);
            }
            else if (reader.ValueTextEquals("id"u8))
            {
                id = ReadString(ref reader, "id");
            }
            else if (reader.ValueTextEquals("parameters"u8))
            {
                ReadParameters(ref reader, "parameters");
            }
            else
            {
                throw Unknown(ref reader, "", "id, parameters, inputs, outputs");
            }
        }

        // What comes after the object is a fault that the reader finds.
        reader.Read();
        var missing = Array.IndexOf(tensors, null);
        if (missing >= 0)
            throw new RequestFaultException("inputs", $"'{inputs[missing].Name}' is missing; the model takes {string.Join(", ", inputs)}");
        return new InferRequest(id, tensors!, wanted ?? allOutputs);
    }

    private int ReadInputs(ref Utf8JsonReader reader, int bodyLength, OrtValue?[] tensors)
    {
        StartArray(ref reader, "inputs", "an array of tensors");
        var index = 0;
        while (NextEntry(ref reader))
        {
            var (input, tensor) = ReadInput(ref reader, index, bodyLength);
            if (tensors[input] is not null)
            {
                tensor.Dispose();
                throw new RequestFaultException($"inputs[{index}].name", $"'{inputs[input].Name}' stands there twice");
            }

            tensors[input] = tensor;
            index++;
        }

        return index;
    }

    private (int Input, OrtValue Tensor) ReadInput(ref Utf8JsonReader reader, int index, int bodyLength)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new RequestFaultException($"inputs[{index}]", "it has to be an object with name, shape, datatype and data");
        var input = -1;
        long[]? shape = null;
        var hasDatatype = false;
        OrtValue? tensor = null;
        // Copies of the reader, on the datatype's token and on data that came before what it needs to be read.
        Utf8JsonReader datatype = default;
        Utf8JsonReader data = default;
        var dataWaits = false;
        try
        {
            while (NextMember(ref reader))
            {
                if (reader.ValueTextEquals("name"u8))
                {
                    input = ReadName(ref reader, inputs, $"inputs[{index}].name", "inputs");
                }
                else if (reader.ValueTextEquals("shape"u8))
                {
                    shape = ReadShape(ref reader, index);
                }
                else if (reader.ValueTextEquals("datatype"u8))
                {
                    ReadToken(ref reader, JsonTokenType.String, $"inputs[{index}].datatype", "a string");
                    datatype = reader;
                    hasDatatype = true;
                }
                else if (reader.ValueTextEquals("data"u8))
                {
                    if (tensor is not null || dataWaits)
                        throw new RequestFaultException($"inputs[{index}].data", "it stands there twice");
                    reader.Read();
                    if (input >= 0 && shape is not null && hasDatatype)
                    {
                        RequireDatatype(ref datatype, index, inputs[input]);
                        tensor = ReadData(ref reader, index, inputs[input], shape, bodyLength);
                    }
                    else
                    {
                        data = reader;
                        dataWaits = true;
                        reader.Skip();
                    }
                }
                else if (reader.ValueTextEquals("parameters"u8))
                {
                    ReadParameters(ref reader, $"inputs[{index}].parameters");
                }
                else
                {
                    throw Unknown(ref reader, $"inputs[{index}]", "name, shape, datatype, parameters, data");
                }
            }

            if (input < 0)
                throw new RequestFaultException($"inputs[{index}].name", $"it is missing; the model takes {string.Join(", ", inputs)}");
            var spec = inputs[input];
            if (shape is null)
                throw new RequestFaultException($"inputs[{index}].shape", $"it is missing; '{spec.Name}' takes {spec.ShapeText}");
            if (!hasDatatype)
                throw new RequestFaultException($"inputs[{index}].datatype", $"it is missing; '{spec.Name}' takes {Datatype(spec)}");
            RequireDatatype(ref datatype, index, spec);
            if (dataWaits)
                tensor = ReadData(ref data, index, spec, shape, bodyLength);
            return (input, tensor ?? throw new RequestFaultException($"inputs[{index}].data", "it is missing; binary tensor data is not read by this version"));
        }
        catch
        {
            tensor?.Dispose();
            throw;
        }
    }

    private static void RequireDatatype(ref Utf8JsonReader datatype, int index, TensorSpec spec)
    {
        if (!datatype.ValueTextEquals(spec.Utf8Datatype))
            throw new RequestFaultException($"inputs[{index}].datatype", $"it is '{datatype.GetString()}'; '{spec.Name}' takes {Datatype(spec)}");
    }

    private static OrtValue ReadData(ref Utf8JsonReader reader, int index, TensorSpec spec, long[] shape, int bodyLength)
    {
        if (!spec.Takes(shape))
            throw new RequestFaultException($"inputs[{index}].shape", $"it is [{string.Join(',', shape)}]; '{spec.Name}' takes {spec.ShapeText}{(spec.Shape.Contains(-1) ? ", where -1 is any length from 1" : "")}");
        var field = new DataField(index);
        // An element takes a character and a separator at least, so memory is only asked for what can be there.
        long count = 1;
        foreach (var length in shape)
        {
            count = length == 0 ? 0 : count > bodyLength / length ? bodyLength : count * length;
            if (count * 2 > bodyLength + 1L)
                throw field.Fault($"it has fewer elements than the shape [{string.Join(',', shape)}] takes");
        }

        return spec.Format.Read(ref reader, shape, (int)count, field);
    }

    private int[] ReadOutputs(ref Utf8JsonReader reader)
    {
        StartArray(ref reader, "outputs", "an array of objects with a name");
        var wanted = new List<int>(outputs.Count);
        while (NextEntry(ref reader))
        {
            var field = $"outputs[{wanted.Count}]";
            if (reader.TokenType != JsonTokenType.StartObject)
                throw new RequestFaultException(field, "it has to be an object with a name");
            var output = -1;
            while (NextMember(ref reader))
            {
                if (reader.ValueTextEquals("name"u8))
                    output = ReadName(ref reader, outputs, field + ".name", "outputs");
                else if (reader.ValueTextEquals("parameters"u8))
                    ReadParameters(ref reader, field + ".parameters");
                else
                    throw Unknown(ref reader, field, "name, parameters");
            }

            if (output < 0)
                throw new RequestFaultException(field + ".name", $"it is missing; the model's outputs are {string.Join(", ", outputs)}");
            if (wanted.Contains(output))
                throw new RequestFaultException(field + ".name", $"'{outputs[output].Name}' stands there twice");
            wanted.Add(output);
        }

        // As in the protocol: none named means all of them.
        return wanted.Count == 0 ? allOutputs : [.. wanted];
    }

    private static int ReadName(ref Utf8JsonReader reader, IReadOnlyList<TensorSpec> specs, string field, string kind)
    {
        ReadToken(ref reader, JsonTokenType.String, field, "a string");
        for (var i = 0; i < specs.Count; i++)
        {
            if (reader.ValueTextEquals(specs[i].Utf8Name))
                return i;
        }

        throw new RequestFaultException(field, $"'{reader.GetString()}' is none of the model's {kind}: {string.Join(", ", specs)}");
    }

    private static long[] ReadShape(ref Utf8JsonReader reader, int index)
    {
        const int MostDimensions = 64;
        StartArray(ref reader, $"inputs[{index}].shape", "an array of whole numbers");
        Span<long> shape = stackalloc long[MostDimensions];
        var rank = 0;
        while (NextEntry(ref reader))
        {
            if (rank == MostDimensions)
                throw new RequestFaultException($"inputs[{index}].shape", $"it has more than {MostDimensions} dimensions");
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out shape[rank]) || shape[rank] < 0)
                throw new RequestFaultException($"inputs[{index}].shape", $"dimension {rank} has to be a whole number from 0");
            rank++;
        }

        return shape[..rank].ToArray();
    }

    private void ReadParameters(ref Utf8JsonReader reader, string field)
    {
        ReadToken(ref reader, JsonTokenType.StartObject, field, "an object");
        while (NextMember(ref reader))
        {
            for (var i = 0; i < unsupported.Length; i++)
            {
                if (reader.ValueTextEquals(unsupported[i]))
                    throw new RequestFaultException($"{field}.{Unsupported[i]}", "this version does not support it");
            }

            reader.Read();
            reader.Skip();
        }
    }

    private static string ReadString(ref Utf8JsonReader reader, string field)
    {
        ReadToken(ref reader, JsonTokenType.String, field, "a string");
        return reader.GetString()!;
    }

    private static bool NextMember(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.PropertyName;
    }

    private static bool NextEntry(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType != JsonTokenType.EndArray;
    }

    private static void StartArray(ref Utf8JsonReader reader, string field, string what) => ReadToken(ref reader, JsonTokenType.StartArray, field, what);

    private static void ReadToken(ref Utf8JsonReader reader, JsonTokenType type, string field, string what)
    {
        reader.Read();
        if (reader.TokenType != type)
            throw new RequestFaultException(field, $"it has to be {what}");
    }

    private static RequestFaultException Unknown(ref Utf8JsonReader reader, string path, string known)
    {
        var name = reader.GetString()!;
        return new RequestFaultException(path.Length > 0 ? $"{path}.{name}" : name, $"unknown; known here are {known}");
    }

    private static string Datatype(TensorSpec spec) => Encoding.UTF8.GetString(spec.Utf8Datatype);
}
