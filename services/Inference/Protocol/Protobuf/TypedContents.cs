using System.Numerics;
using ModelServing.Inference.Models;
using ModelServing.Registry;

namespace ModelServing.Inference.Protocol.Protobuf;

/// <summary>Reads the typed contents of an input (the message <c>InferTensorContents</c>) straight into a tensor. Numbers may be packed
/// into one field or several, or each may have a field; the message itself may be in several parts.</summary>
internal static class TypedContents
{
    /// <summary>Reads a tensor.</summary>
    /// <param name="spec">The input of the model.</param>
    /// <param name="shape">The shape, which the input accepts.</param>
    /// <param name="input">The input in the request, as on the wire.</param>
    /// <exception cref="RequestFaultException">The contents are not such a tensor.</exception>
    internal static RuntimeTensor Read(TensorSpec spec, long[] shape, ReadOnlySpan<byte> input, in Field place)
    {
        var number = ContentsFields.NumberOf(spec.Datatype);
        var contents = place.In("contents");
        if (number == 0)
            throw contents.Fault($"{spec.DatatypeText} has no typed contents; send its bytes in {ProtobufRequestReader.RawContents}");
        var own = contents.In(ContentsFields.Names[number]);
        // A shape of more elements than the bytes can hold gets no memory.
        var count = BinaryTensor.CountOf(shape);
        if (count * ContentsFields.LeastBytesOf(spec.Datatype) > input.Length)
            throw own.Fault($"it has fewer elements than the shape [{string.Join(',', shape)}] requires");
        var tensor = spec.Format.Create(shape);
        try
        {
            var filled = 0;
            var parts = new WireReader(input, place, WireInputReader.Names);
            while (parts.Next())
            {
                if (parts.Number != WireInputReader.Contents)
                    continue;
                var fields = new WireReader(parts.Bytes, contents, ContentsFields.Names);
                while (fields.Next())
                {
                    if (fields.Number == number)
                        Add(spec, tensor, fields, ref filled);
                    else
                        RequireUnused(spec, fields, number);
                }
            }

            return filled == count
                ? tensor
                : throw own.Fault($"it has {filled} elements, but the shape [{string.Join(',', shape)}] requires {count}");
        }
        catch
        {
            tensor.Dispose();
            throw;
        }
    }

    // Elements of another type are never left out. Fields that the message does not have are.
    private static void RequireUnused(TensorSpec spec, in WireReader field, int number)
    {
        if (field.Number < ContentsFields.Names.Length && (field.Type != WireType.Bytes || !field.Bytes.IsEmpty))
        {
            throw field.Field.Fault(
                $"'{spec.Name}' takes {spec.DatatypeText}, so its elements are in '{ContentsFields.Names[number]}'");
        }
    }

    private static void Add(TensorSpec spec, RuntimeTensor tensor, in WireReader field, ref int filled)
    {
        switch (spec.Datatype)
        {
            case Datatype.Bool:
                AddBools(tensor, field, ref filled);
                break;
            case Datatype.Int8:
                AddWhole<sbyte>(spec, tensor, field, ref filled);
                break;
            case Datatype.Int16:
                AddWhole<short>(spec, tensor, field, ref filled);
                break;
            case Datatype.Int32:
                AddWhole<int>(spec, tensor, field, ref filled);
                break;
            case Datatype.Int64:
                AddWhole<long>(spec, tensor, field, ref filled);
                break;
            case Datatype.Uint8:
                AddWhole<byte>(spec, tensor, field, ref filled);
                break;
            case Datatype.Uint16:
                AddWhole<ushort>(spec, tensor, field, ref filled);
                break;
            case Datatype.Uint32:
                AddWhole<uint>(spec, tensor, field, ref filled);
                break;
            case Datatype.Uint64:
                AddWhole<ulong>(spec, tensor, field, ref filled);
                break;
            case Datatype.Bytes:
                var text = field.Bytes;
                RequireRoom(tensor, field, filled, 1);
                tensor.Value.StringTensorSetElementAt(text, filled++);
                break;
            default:
                AddFixed(tensor, spec.Format.ElementBytes, field, ref filled);
                break;
        }
    }

    private static void AddWhole<T>(TensorSpec spec, RuntimeTensor tensor, in WireReader field, ref int filled)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        var elements = tensor.Elements<T>();
        if (field.Type == WireType.Varint)
        {
            RequireRoom(tensor, field, filled, 1);
            elements[filled] = Convert<T>(spec, field, filled, field.Whole);
            filled++;
            return;
        }

        var packed = field.Bytes;
        for (var at = 0; at < packed.Length; filled++)
        {
            RequireRoom(tensor, field, filled, 1);
            elements[filled] = Convert<T>(spec, field, filled, Next(packed, ref at, field, filled));
        }
    }

    private static void AddBools(RuntimeTensor tensor, in WireReader field, ref int filled)
    {
        var elements = tensor.Elements<bool>();
        if (field.Type == WireType.Varint)
        {
            RequireRoom(tensor, field, filled, 1);
            elements[filled] = field.Whole != 0;
            filled++;
            return;
        }

        var packed = field.Bytes;
        for (var at = 0; at < packed.Length; filled++)
        {
            RequireRoom(tensor, field, filled, 1);
            // As every reader of Protocol Buffers reads it.
            elements[filled] = Next(packed, ref at, field, filled) != 0;
        }
    }

    // Numbers of fixed size have the same bytes on the wire and in memory.
    private static void AddFixed(RuntimeTensor tensor, int size, in WireReader field, ref int filled)
    {
        var single = size == sizeof(float) ? WireType.Fixed32 : WireType.Fixed64;
        var bytes = field.Type == single ? field.Fixed : field.Bytes;
        if (bytes.Length % size != 0)
            throw field.Field.Fault($"it has {bytes.Length} bytes, but each element takes {size}");
        RequireRoom(tensor, field, filled, bytes.Length / size);
        bytes.CopyTo(tensor.Bytes(size)[(filled * size)..]);
        filled += bytes.Length / size;
    }

    private static ulong Next(ReadOnlySpan<byte> packed, ref int at, in WireReader field, int index) =>
        Varint.TryRead(packed, ref at, out var number)
            ? number
            : throw field.Field.Fault($"element {index} is not a whole number: the bytes end within it, or it has more than 64 bits");

    // On the wire, a negative number has its sign in all 64 bits.
    private static T Convert<T>(TensorSpec spec, in WireReader field, int index, ulong number)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        var value = T.CreateTruncating(number);
        if (ulong.CreateTruncating(value) == number)
            return value;
        var text = T.IsNegative(T.MinValue) ? $"{(long)number}" : $"{number}";
        throw field.Field.Fault($"element {index} is {text}; it must be {WholeElement<T>.Description} ({spec.DatatypeText})");
    }

    private static void RequireRoom(RuntimeTensor tensor, in WireReader field, int filled, int more)
    {
        if (filled + more > tensor.Count)
        {
            throw field.Field.Fault(
                $"it has more than {tensor.Count} elements, but the shape [{string.Join(',', tensor.Shape)}] requires {tensor.Count}");
        }
    }
}
