using System.Buffers;
using System.Buffers.Binary;
using Microsoft.ML.OnnxRuntime.Tensors;
using ModelServing.Inference.Models;

namespace ModelServing.Inference.Protocol;

/// <summary>
/// The binary form of tensors (the protocol's binary extension, "Binary Tensor Request"): the elements in row-major order, without gaps, in
/// little-endian order, which is that of the processors that we support. Each element of BYTES follows its length, a 32-bit number.
/// </summary>
internal static class BinaryTensor
{
    private const int LengthBytes = sizeof(uint);

    /// <summary>Reads a tensor.</summary>
    /// <param name="spec">The input.</param>
    /// <param name="shape">Its shape, which the input accepts.</param>
    /// <param name="data">Its bytes.</param>
    /// <param name="input">The input in the request, for a message.</param>
    /// <param name="size">The field with the number of bytes, for a message.</param>
    /// <exception cref="RequestFaultException">The bytes are not such a tensor.</exception>
    internal static RuntimeTensor Read(TensorSpec spec, long[] shape, ReadOnlySpan<byte> data, in Field input, in Field size)
    {
        var leastBytes = spec.IsText ? LengthBytes : spec.Format.ElementBytes;
        // A shape of more elements than there are bytes gets no memory.
        var count = CountOf(shape);
        var needed = count * leastBytes;
        if (spec.IsText ? needed > data.Length : needed != data.Length)
        {
            throw size.Fault(
                $"it is {data.Length}; the shape [{string.Join(',', shape)}] of {spec.DatatypeText} " +
                $"takes {(spec.IsText ? "at least " : "")}{needed} bytes");
        }

        return spec.IsText ? ReadTexts(spec, shape, (int)count, data, input) : ReadNumbers(spec, shape, data, input);
    }

    /// <summary>The number of elements of a shape, which may have any lengths from 0.</summary>
    internal static Int128 CountOf(long[] shape)
    {
        Int128 count = 1;
        foreach (var length in shape)
            count = Int128.Min(count, long.MaxValue) * length;
        return count;
    }

    /// <summary>The number of bytes of a tensor.</summary>
    internal static long LengthOf(TensorSpec spec, RuntimeTensor tensor)
    {
        if (!spec.IsText)
            return tensor.Count * spec.Format.ElementBytes;
        var length = tensor.Count * LengthBytes;
        for (var i = 0; i < tensor.Count; i++)
            length += tensor.Value.GetStringElementAsSpan(i).Length;
        return length;
    }

    /// <summary>Writes a tensor.</summary>
    internal static void Write(IBufferWriter<byte> buffer, TensorSpec spec, RuntimeTensor tensor)
    {
        if (!spec.IsText)
        {
            buffer.Write(tensor.Bytes(spec.Format.ElementBytes));
            return;
        }

        for (var i = 0; i < tensor.Count; i++)
        {
            var text = tensor.Value.GetStringElementAsSpan(i);
            BinaryPrimitives.WriteInt32LittleEndian(buffer.GetSpan(LengthBytes), text.Length);
            buffer.Advance(LengthBytes);
            buffer.Write(text);
        }
    }

    private static RuntimeTensor ReadNumbers(TensorSpec spec, long[] shape, ReadOnlySpan<byte> data, in Field input)
    {
        // Another value in the memory of a bool may be true and false at once.
        if (spec.Format.ElementType == TensorElementType.Bool && data.IndexOfAnyExceptInRange((byte)0, (byte)1) is >= 0 and var wrong)
            throw input.Fault($"element {wrong} of its binary data is {data[wrong]}; an element of BOOL is 0 or 1");
        var tensor = spec.Format.Create(shape);
        data.CopyTo(tensor.Bytes(spec.Format.ElementBytes));
        return tensor;
    }

    private static RuntimeTensor ReadTexts(TensorSpec spec, long[] shape, int count, ReadOnlySpan<byte> data, in Field input)
    {
        var tensor = spec.Format.Create(shape);
        try
        {
            for (var i = 0; i < count; i++)
            {
                if (data.Length < LengthBytes)
                    throw input.Fault($"its binary data end before element {i} of {count}");
                var length = BinaryPrimitives.ReadUInt32LittleEndian(data);
                data = data[LengthBytes..];
                if (length > data.Length)
                    throw input.Fault($"element {i} of its binary data has the length {length}, but {data.Length} bytes follow");
                tensor.Value.StringTensorSetElementAt(data[..(int)length], i);
                data = data[(int)length..];
            }

            return data.IsEmpty
                ? tensor
                : throw input.Fault($"its binary data have {data.Length} bytes after the last of {count} elements");
        }
        catch
        {
            tensor.Dispose();
            throw;
        }
    }
}
