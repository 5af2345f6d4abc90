using System.Buffers;
using System.Numerics;
using ModelServing.Inference.Models;
using ModelServing.Registry;

namespace ModelServing.Inference.Protocol.Protobuf;

/// <summary>Writes the typed contents of an output (the message <c>InferTensorContents</c>) straight from its tensor.</summary>
internal static class TypedElements
{
    /// <summary>The length of the message.</summary>
    internal static long LengthOf(TensorSpec spec, RuntimeTensor tensor)
    {
        if (!spec.IsText)
            return tensor.Count == 0 ? 0 : WireWriter.LengthOf(PackedLengthOf(spec, tensor));
        long length = 0;
        for (var i = 0; i < tensor.Count; i++)
            length += WireWriter.LengthOf(tensor.Value.GetStringElementAsSpan(i).Length);
        return length;
    }

    /// <summary>Writes the message.</summary>
    internal static void Write(IBufferWriter<byte> buffer, TensorSpec spec, RuntimeTensor tensor)
    {
        var number = ContentsFields.NumberOf(spec.Datatype);
        var message = new WireWriter(buffer);
        if (spec.IsText)
        {
            for (var i = 0; i < tensor.Count; i++)
                message.Bytes(number, tensor.Value.GetStringElementAsSpan(i));
        }
        else if (tensor.Count > 0)
        {
            message.Head(number, PackedLengthOf(spec, tensor));
            WritePacked(buffer, spec, tensor);
        }
    }

    private static long PackedLengthOf(TensorSpec spec, RuntimeTensor tensor) => spec.Datatype switch
    {
        Datatype.Int8 => LengthOf(tensor.Elements<sbyte>()),
        Datatype.Int16 => LengthOf(tensor.Elements<short>()),
        Datatype.Int32 => LengthOf(tensor.Elements<int>()),
        Datatype.Int64 => LengthOf(tensor.Elements<long>()),
        Datatype.Uint8 => LengthOf(tensor.Elements<byte>()),
        Datatype.Uint16 => LengthOf(tensor.Elements<ushort>()),
        Datatype.Uint32 => LengthOf(tensor.Elements<uint>()),
        Datatype.Uint64 => LengthOf(tensor.Elements<ulong>()),
        _ => tensor.Count * spec.Format.ElementBytes,
    };

    private static void WritePacked(IBufferWriter<byte> buffer, TensorSpec spec, RuntimeTensor tensor)
    {
        switch (spec.Datatype)
        {
            case Datatype.Int8:
                Write(buffer, tensor.Elements<sbyte>());
                break;
            case Datatype.Int16:
                Write(buffer, tensor.Elements<short>());
                break;
            case Datatype.Int32:
                Write(buffer, tensor.Elements<int>());
                break;
            case Datatype.Int64:
                Write(buffer, tensor.Elements<long>());
                break;
            case Datatype.Uint8:
                Write(buffer, tensor.Elements<byte>());
                break;
            case Datatype.Uint16:
                Write(buffer, tensor.Elements<ushort>());
                break;
            case Datatype.Uint32:
                Write(buffer, tensor.Elements<uint>());
                break;
            case Datatype.Uint64:
                Write(buffer, tensor.Elements<ulong>());
                break;
            default:
                // Numbers of fixed size, and false and true, are the same in memory.
                buffer.Write(tensor.Bytes(spec.Format.ElementBytes));
                break;
        }
    }

    private static long LengthOf<T>(ReadOnlySpan<T> elements)
        where T : unmanaged, IBinaryInteger<T>
    {
        long length = 0;
        foreach (var element in elements)
            length += Varint.LengthOf(ulong.CreateTruncating(element));
        return length;
    }

    private static void Write<T>(IBufferWriter<byte> buffer, ReadOnlySpan<T> elements)
        where T : unmanaged, IBinaryInteger<T>
    {
        while (!elements.IsEmpty)
        {
            var room = buffer.GetSpan(Varint.MostBytes);
            var (used, count) = (0, 0);
            for (; count < elements.Length && room.Length - used >= Varint.MostBytes; count++)
                used += Varint.Write(room[used..], ulong.CreateTruncating(elements[count]));
            buffer.Advance(used);
            elements = elements[count..];
        }
    }
}
