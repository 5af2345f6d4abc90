using System.Text;
using Microsoft.ML.OnnxRuntime.Tensors;
using ModelServing.Registry;

namespace ModelServing.Inference.Models;

/// <summary>One input or output of the model, with everything that the hot path needs computed once.</summary>
/// <param name="info">Its description in the manifest.</param>
/// <param name="dimensionNames">The names of its free dimensions in the file, empty where there is none; null if none has a name.</param>
internal sealed class TensorSpec(TensorInfo info, IReadOnlyList<string>? dimensionNames = null)
{
    internal string Name => info.Name;

    /// <summary>Gets whether callers may leave it out.</summary>
    internal bool IsOptional { get; init; }

    internal Datatype Datatype => info.Datatype;

    internal byte[] Utf8Name { get; } = Encoding.UTF8.GetBytes(info.Name);

    internal TensorFormat Format { get; } = TensorFormat.For(info.Datatype);

    internal byte[] Utf8Datatype { get; } = Encoding.UTF8.GetBytes(DatatypeNames.NameOf(info.Datatype));

    internal string DatatypeText { get; } = DatatypeNames.NameOf(info.Datatype);

    internal IReadOnlyList<long> Shape => info.Shape;

    /// <summary>The shape as the protocol writes it; -1 is a dimension of any length.</summary>
    internal string ShapeText { get; } = $"[{string.Join(',', info.Shape)}]";

    internal bool HasFreeLength { get; } = info.Shape.Any(static length => length < 0);

    internal bool IsText => Format.ElementType == TensorElementType.String;

    /// <summary>The name of a free dimension; empty if it has none, or if its length is fixed.</summary>
    internal string NameOf(int dimension) =>
        info.Shape[dimension] < 0 && dimensionNames?.Count == info.Shape.Count && IsName(dimensionNames[dimension])
            ? dimensionNames[dimension]
            : "";

    public override string ToString() => info.ToString();

    // Some exporters write '?', '-1' or 'None' for every dimension that they do not know.
    private static bool IsName(string? text) => text?.Length > 0 && (char.IsLetter(text[0]) || text[0] == '_') && text != "None";

    /// <summary>Whether a tensor may have this shape. A free dimension must have a length of at least 1, because runtimes do not expect
    /// empty tensors.</summary>
    internal bool Accepts(ReadOnlySpan<long> shape)
    {
        if (shape.Length != info.Shape.Count)
            return false;
        for (var i = 0; i < shape.Length; i++)
        {
            if (info.Shape[i] < 0 ? shape[i] < 1 : shape[i] != info.Shape[i])
                return false;
        }

        return true;
    }
}
