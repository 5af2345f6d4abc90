using ModelServing.Hosting;
using ModelServing.Inference.Models;

namespace ModelServing.Inference.Protocol.Protobuf;

/// <summary>Reads one input of a request on the wire (the message <c>InferInputTensor</c>) into a tensor.</summary>
internal sealed class WireInputReader(IReadOnlyList<TensorSpec> inputs)
{
    /// <summary>The number of the field with the typed contents.</summary>
    internal const int Contents = 5;

    /// <summary>The names of the fields, by their numbers.</summary>
    internal static readonly string[] Names = ["", "name", "datatype", "shape", "parameters", "contents"];

    /// <summary>Reads an input whose data are in its own field <c>contents</c>.</summary>
    /// <param name="message">The input.</param>
    /// <param name="index">Its index in the request.</param>
    internal InputTensor ReadTyped(ReadOnlySpan<byte> message, int index)
    {
        var (input, shape, _) = ReadHead(message, index);
        return new InputTensor(input, TypedContents.Read(inputs[input], shape, message, new Field("inputs", index, "")));
    }

    /// <summary>Reads an input whose data are beside it.</summary>
    /// <param name="message">The input.</param>
    /// <param name="index">Its index in the request, and that of its data.</param>
    internal InputTensor ReadRaw(ReadOnlySpan<byte> message, int index, ReadOnlySpan<byte> data)
    {
        var (input, shape, hasContents) = ReadHead(message, index);
        if (hasContents)
        {
            throw new Field("inputs", index, "contents").Fault(
                "it is there, but raw_input_contents is too, and that has the data of all inputs");
        }

        var place = new Field(ProtobufRequestReader.RawContents, index, "");
        return new InputTensor(input, BinaryTensor.Read(inputs[input], shape, data, place, place.In("length")));
    }

    // Checks all but the data.
    private (int Input, long[] Shape, bool HasContents) ReadHead(ReadOnlySpan<byte> message, int index)
    {
        var place = new Field("inputs", index, "");
        ReadOnlySpan<byte> name = default;
        ReadOnlySpan<byte> datatype = default;
        var parameters = new WireParameters(ParameterPlace.Input);
        Span<long> shape = stackalloc long[InputReader.MaxDimensions];
        var rank = 0;
        var hasContents = false;
        var fields = new WireReader(message, place, Names);
        while (fields.Next())
        {
            switch (fields.Number)
            {
                case 1:
                    name = fields.Text;
                    break;
                case 2:
                    datatype = fields.Text;
                    break;
                case 3:
                    ReadShape(fields, shape, ref rank);
                    break;
                case 4:
                    parameters.Add(fields);
                    break;
                case Contents:
                    hasContents |= !fields.Bytes.IsEmpty;
                    break;
            }
        }

        var input = IndexOf(name, inputs, place.In("name"), "inputs");
        var spec = inputs[input];
        if (!datatype.SequenceEqual(spec.Utf8Datatype))
            throw place.In("datatype").Fault($"it is '{JsonPlace.Shown(datatype)}'; '{spec.Name}' takes {spec.DatatypeText}");
        if (parameters.Found.AreText && !spec.IsText)
            throw ParameterRules.NotText(place.In("parameters"), spec.Name);
        var lengths = shape[..rank].ToArray();
        InputReader.RequireShape(index, spec, lengths);
        return (input, lengths, hasContents);
    }

    /// <summary>Finds an input or output of the model by its name.</summary>
    internal static int IndexOf(ReadOnlySpan<byte> name, IReadOnlyList<TensorSpec> specs, in Field field, string kind)
    {
        for (var i = 0; i < specs.Count; i++)
        {
            if (name.SequenceEqual(specs[i].Utf8Name))
                return i;
        }

        // A text that is absent on the wire is empty.
        throw name.IsEmpty
            ? field.Fault($"it is missing; the model's {kind} are {string.Join(", ", specs)}")
            : RequestJson.UnknownName(name, specs, field, kind);
    }

    // The lengths are packed into one field, or each has a field.
    private static void ReadShape(in WireReader field, Span<long> shape, ref int rank)
    {
        if (field.Type == WireType.Varint)
        {
            AddLength(field, shape, ref rank, field.Whole);
            return;
        }

        var packed = field.Bytes;
        for (var at = 0; at < packed.Length;)
        {
            if (!Varint.TryRead(packed, ref at, out var length))
                throw field.Field.Fault($"dimension {rank} is not a whole number: the bytes end within it, or it has more than 64 bits");
            AddLength(field, shape, ref rank, length);
        }
    }

    private static void AddLength(in WireReader field, Span<long> shape, ref int rank, ulong length)
    {
        if (rank == shape.Length)
            throw field.Field.Fault($"it has more than {shape.Length} dimensions");
        if (length > long.MaxValue)
            throw field.Field.Fault($"dimension {rank} must be a whole number that is at least 0");
        shape[rank++] = (long)length;
    }
}
