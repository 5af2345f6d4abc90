using System.Text.Json;
using ModelServing.Hosting;
using ModelServing.Inference.Models;

namespace ModelServing.Inference.Protocol;

/// <summary>
/// Reads one input of a request (Open Inference Protocol, "Request Input") into a tensor. Its members may come in any order. Data that come
/// before the name, shape and datatype that reading them requires are passed twice.
/// </summary>
internal sealed class InputReader(IReadOnlyList<TensorSpec> inputs)
{
    /// <summary>The most dimensions of a shape.</summary>
    internal const int MaxDimensions = 64;

    /// <summary>Reads an input.</summary>
    /// <param name="reader">The reader, on the input's first token.</param>
    /// <param name="index">The input's index in the request, for a message.</param>
    /// <param name="json">The text that it reads.</param>
    /// <param name="binary">The bytes behind the JSON.</param>
    internal InputTensor Read(ref Utf8JsonReader reader, int index, ReadOnlySpan<byte> json, ref BinaryData binary)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw Member(index, "").Fault("it must be an object with name, shape, datatype and data");
        var input = -1;
        long[]? shape = null;
        // Whether a member was there, and whether it was more than null.
        bool hasName = false, hasShape = false, hasDatatype = false, hasData = false, hasParameters = false;
        bool isTyped = false, isFilled = false;
        ReadParameters read = default;
        MemberNames? unknown = null;
        RuntimeTensor? tensor = null;
        // Copies of the reader: on the datatype's token, and on data that came too early to be read.
        Utf8JsonReader datatype = default;
        Utf8JsonReader earlyData = default;
        try
        {
            while (RequestJson.NextMember(ref reader))
            {
                if (reader.ValueTextEquals("name"u8))
                {
                    RequestJson.Once(ref hasName, Member(index, "name"));
                    input = RequestJson.ReadName(ref reader, inputs, Member(index, "name"), "inputs");
                }
                else if (reader.ValueTextEquals("shape"u8))
                {
                    RequestJson.Once(ref hasShape, Member(index, "shape"));
                    shape = ReadShape(ref reader, index);
                }
                else if (reader.ValueTextEquals("datatype"u8))
                {
                    RequestJson.Once(ref hasDatatype, Member(index, "datatype"));
                    isTyped = RequestJson.ReadTokenOrNull(ref reader, JsonTokenType.String, Member(index, "datatype"), "a string");
                    datatype = reader;
                }
                else if (reader.ValueTextEquals("data"u8))
                {
                    RequestJson.Once(ref hasData, Member(index, "data"));
                    reader.Read();
                    isFilled = reader.TokenType != JsonTokenType.Null;
                    if (!isFilled)
                        continue;
                    if (input >= 0 && shape is not null && isTyped)
                    {
                        RequireDatatype(ref datatype, index, inputs[input]);
                        tensor = ReadData(ref reader, index, inputs[input], shape, json);
                    }
                    else
                    {
                        earlyData = reader;
                        reader.Skip();
                    }
                }
                else if (reader.ValueTextEquals("parameters"u8))
                {
                    RequestJson.Once(ref hasParameters, Member(index, "parameters"));
                    read = RequestParameters.Read(ref reader, Member(index, "parameters"), ParameterPlace.Input);
                }
                else
                {
                    RequestJson.ReadUnknown(ref reader, ref unknown, Member(index, ""), "name, shape, datatype, parameters, data");
                }
            }

            if (input < 0)
                throw Member(index, "name").Fault($"it is missing; the model takes {string.Join(", ", inputs)}");
            var spec = inputs[input];
            if (shape is null)
                throw Member(index, "shape").Fault($"it is missing; '{spec.Name}' takes {spec.ShapeText}");
            if (!isTyped)
                throw Member(index, "datatype").Fault($"it is missing; '{spec.Name}' takes {spec.DatatypeText}");
            if (read.AreText && !spec.IsText)
                throw ParameterRules.NotText(Member(index, "parameters"), spec.Name);
            RequireDatatype(ref datatype, index, spec);
            if (isFilled == read.BinarySize.HasValue)
            {
                throw Member(index, "data").Fault(isFilled
                    ? "it is there, but 'binary_data_size' says that the data are behind the JSON"
                    : "it is missing, and so is the parameter 'binary_data_size'");
            }

            if (read.BinarySize is { } size)
            {
                RequireShape(index, spec, shape);
                var place = Member(index, "parameters.binary_data_size");
                tensor = BinaryTensor.Read(spec, shape, binary.Take(size, place), Member(index, ""), place);
            }

            tensor ??= ReadData(ref earlyData, index, spec, shape, json);
            return new InputTensor(input, tensor);
        }
        catch
        {
            tensor?.Dispose();
            throw;
        }
    }

    private static long[]? ReadShape(ref Utf8JsonReader reader, int index)
    {
        if (!RequestJson.ReadTokenOrNull(ref reader, JsonTokenType.StartArray, Member(index, "shape"), "an array of whole numbers"))
            return null;
        Span<long> shape = stackalloc long[MaxDimensions];
        var rank = 0;
        while (RequestJson.NextEntry(ref reader))
        {
            if (rank == MaxDimensions)
                throw Member(index, "shape").Fault($"it has more than {MaxDimensions} dimensions");
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out shape[rank]) || shape[rank] < 0)
                throw Member(index, "shape").Fault($"dimension {rank} must be a whole number that is at least 0");
            rank++;
        }

        return shape[..rank].ToArray();
    }

    private static void RequireDatatype(ref Utf8JsonReader datatype, int index, TensorSpec spec)
    {
        if (!datatype.ValueTextEquals(spec.Utf8Datatype))
        {
            throw Member(index, "datatype").Fault(
                $"it is '{JsonPlace.Shown(datatype.ValueSpan)}'; '{spec.Name}' takes {spec.DatatypeText}");
        }
    }

    /// <summary>Refuses a shape that the input does not take.</summary>
    internal static void RequireShape(int index, TensorSpec spec, long[] shape)
    {
        if (spec.Accepts(shape))
            return;
        var freeLength = spec.HasFreeLength ? ", where -1 is any length from 1" : "";
        throw Member(index, "shape").Fault($"it is [{string.Join(',', shape)}]; '{spec.Name}' takes {spec.ShapeText}{freeLength}");
    }

    private static RuntimeTensor ReadData(ref Utf8JsonReader reader, int index, TensorSpec spec, long[] shape, ReadOnlySpan<byte> json)
    {
        RequireShape(index, spec, shape);
        var field = new DataField(index);
        // A shape that needs more elements than the text can have gets no memory.
        long count = 1;
        foreach (var length in shape)
        {
            count = length == 0 ? 0 : count > json.Length / length ? json.Length : count * length;
            if (count * spec.Format.LeastText > json.Length + 1L)
                throw field.Fault($"it has fewer elements than the shape [{string.Join(',', shape)}] requires");
        }

        return spec.Format.Read(ref reader, json, shape, (int)count, field);
    }

    private static Field Member(int index, string member) => new("inputs", index, member);
}
