using Microsoft.ML.OnnxRuntime.Tensors;
using ModelServing.Inference.Models;
using ModelServing.Inference.Protocol.Protobuf;

namespace ModelServing.Inference.Memory;

/// <summary>How many bytes of memory the tensors of a request can take.</summary>
internal static class TensorCost
{
    // The runtime's strings take this much more than their characters if these do not fit into the string itself: the allocator's header,
    // its rounding, and the 0 at the end.
    private const int StringOverhead = 24;

    // It fits into the string itself up to 15.
    private const int LongCharacters = 16;

    // At least two bytes are around it: in JSON its quotes, in Protocol Buffers its tag and length.
    private const int LeastLongString = LongCharacters + 2;

    // The runtime copies a shape several times, and describes each of its dimensions, in memory of its own. An input of this kind may be
    // one.
    private const int DimensionBytes = 64;

    // Text is decoded before it is copied into a tensor.
    private const double LeastFactor = 2;

    /// <summary>The most bytes of tensors that one byte of a body in JSON can cost for these inputs.</summary>
    internal static double PerByte(IReadOnlyList<TensorSpec> inputs) =>
        Math.Max(LeastFactor, inputs.Max(static input => (double)BytesOf(input) / input.Format.LeastText));

    /// <summary>The most bytes of tensors that one byte of a body in Protocol Buffers can cost for these inputs.</summary>
    internal static double PerProtobufByte(IReadOnlyList<TensorSpec> inputs) =>
        Math.Max(LeastFactor, inputs.Max(static input => (double)BytesOf(input) / ContentsFields.LeastBytesOf(input.Datatype)));

    /// <summary>The bytes that a request's tensors take.</summary>
    /// <param name="inputs">The model's inputs.</param>
    /// <param name="tensors">A tensor for each of them.</param>
    /// <param name="body">The length of the body that they were read from.</param>
    internal static long Measure(IReadOnlyList<TensorSpec> inputs, IReadOnlyList<RuntimeTensor> tensors, int body)
    {
        long bytes = 0;
        var hasText = false;
        for (var i = 0; i < inputs.Count; i++)
        {
            bytes += tensors[i].Count * BytesOf(inputs[i]);
            hasText |= inputs[i].Format.ElementType == TensorElementType.String;
        }

        // A model that passes text on has it twice: in the input and in the output.
        return hasText ? bytes + (2L * body * (LongCharacters + StringOverhead) / LeastLongString) : bytes;
    }

    // A list of 64-bit numbers of any length: the form that operators such as Reshape, Expand and Tile require of a shape.
    private static int BytesOf(TensorSpec input) =>
        input.Format.ElementBytes + (input is { Format.ElementType: TensorElementType.Int64, Shape: [< 0] } ? DimensionBytes : 0);
}
