using Google.Protobuf.Collections;
using ModelServing.OpenInference.Errors;
using ModelServing.OpenInference.Messages;
using ModelServing.OpenInference.Tensors;

namespace ModelServing.OpenInference.Rpc;

/// <summary>Reads elements from the field of a message for their type, which some servers use in place of raw contents.</summary>
internal static class ContentsReader
{
    internal static ReadOnlyMemory<byte> Read(InferTensorContents contents, Datatype datatype) => datatype switch
    {
        Datatype.Bool => Copy(contents.BoolContents, static element => element),
        Datatype.Int8 => Copy(contents.IntContents, static element => checked((sbyte)element)),
        Datatype.Int16 => Copy(contents.IntContents, static element => checked((short)element)),
        Datatype.Int32 => Copy(contents.IntContents, static element => element),
        Datatype.Int64 => Copy(contents.Int64Contents, static element => element),
        Datatype.Uint8 => Copy(contents.UintContents, static element => checked((byte)element)),
        Datatype.Uint16 => Copy(contents.UintContents, static element => checked((ushort)element)),
        Datatype.Uint32 => Copy(contents.UintContents, static element => element),
        Datatype.Uint64 => Copy(contents.Uint64Contents, static element => element),
        Datatype.Fp32 => Copy(contents.Fp32Contents, static element => element),
        Datatype.Fp64 => Copy(contents.Fp64Contents, static element => element),
        Datatype.Bytes => Tensor.FromBytes([.. contents.BytesContents.Select(static element => element.Memory)]).Memory,
        _ => throw TransportFaults.Malformed($"{Datatypes.NameOf(datatype)} has no field but the raw contents"),
    };

    private static ReadOnlyMemory<byte> Copy<TField, TElement>(RepeatedField<TField> field, Func<TField, TElement> convert)
        where TElement : unmanaged
    {
        var elements = new TElement[field.Count];
        try
        {
            for (var i = 0; i < elements.Length; i++)
                elements[i] = convert(field[i]);
        }
        catch (OverflowException e)
        {
            throw TransportFaults.Malformed($"an element is not of type {typeof(TElement).Name}", e);
        }

        return new ElementBytes<TElement>(elements).Memory;
    }
}
