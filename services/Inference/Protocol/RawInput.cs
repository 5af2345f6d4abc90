using ModelServing.Contracts;
using ModelServing.Inference.Models;

namespace ModelServing.Inference.Protocol;

/// <summary>Reads a body without JSON: the data of the model's only input (the protocol's binary extension, "Raw Binary Request"). The
/// number of bytes gives the length of its free dimension.</summary>
internal static class RawInput
{
    /// <summary>Reads the tensor.</summary>
    /// <exception cref="RequestFaultException">The model takes no such body, or the number of bytes is wrong.</exception>
    internal static RuntimeTensor Read(IReadOnlyList<TensorSpec> inputs, ReadOnlySpan<byte> body)
    {
        if (inputs is not [var spec])
            throw Fault($"it is 0, which is for models with one input; this one takes {string.Join(", ", inputs)}");
        return spec.IsText
            ? ReadText(spec, body)
            : BinaryTensor.Read(spec, ShapeOf(spec, body.Length), body, new Field("inputs", 0, ""), Field.Body(HeaderNames.JsonLength));
    }

    // The whole body is the text: with one element, it needs no length.
    private static RuntimeTensor ReadText(TensorSpec spec, ReadOnlySpan<byte> body)
    {
        if (spec.Shape.Any(static length => length is not (1 or < 0)))
            throw Fault($"it is 0, which is for one element of BYTES; '{spec.Name}' takes {spec.ShapeText}");
        var tensor = spec.Format.Create([.. spec.Shape.Select(static _ => 1L)]);
        tensor.Value.StringTensorSetElementAt(body, 0);
        return tensor;
    }

    private static long[] ShapeOf(TensorSpec spec, int bytes)
    {
        long[] shape = [.. spec.Shape];
        var free = shape.Count(static length => length < 0);
        // Of several free dimensions, the first is that of the rows; such a request has one.
        if (free > 1 && shape[0] < 0)
        {
            shape[0] = 1;
            free--;
        }

        if (free > 1)
            throw Fault($"it is 0, but the lengths of '{spec.Name}' {spec.ShapeText} do not follow from the number of bytes");
        var row = shape.Where(static length => length >= 0).Aggregate<long, Int128>(spec.Format.ElementBytes, static (a, b) =>
            Int128.Min(a, long.MaxValue) * b);
        if (free == 1 ? bytes == 0 || row == 0 || bytes % row != 0 : bytes != row)
        {
            throw Fault($"it is 0, so the body is the data of '{spec.Name}' {spec.ShapeText}; it has {bytes} bytes, and " +
                $"{(free == 1 ? "must have a multiple of " : "must have ")}{row}");
        }

        return [.. shape.Select(length => length < 0 ? (long)(bytes / row) : length)];
    }

    private static RequestFaultException Fault(string message) => new(HeaderNames.JsonLength, message);
}
