using ModelServing.Hosting.Memory;
using ModelServing.Inference.Features;
using ModelServing.Inference.Models;

namespace ModelServing.Inference.Protocol;

/// <summary>An inference request, with tensors in the runtime's memory. It owns the tensors, and the bytes that are taken for
/// them.</summary>
/// <param name="id">The caller's identifier, which the answer repeats, or null.</param>
/// <param name="inputs">A tensor for each input, in the model's order.</param>
/// <param name="outputs">The wanted outputs, as indices into the model's.</param>
internal sealed class InferRequest(string? id, RuntimeTensor[] inputs, int[] outputs) : IDisposable
{
    internal string? Id => id;

    internal RuntimeTensor[] Inputs => inputs;

    internal int[] Outputs => outputs;

    /// <summary>Gets whether the body is in Protocol Buffers. Then the answer is too.</summary>
    internal bool IsProtobuf { get; init; }

    /// <summary>Gets whether each of the wanted outputs is wanted as bytes; null if none is.</summary>
    internal bool[]? Binary { get; init; }

    /// <summary>Gets the time that the request may take once it has been read, if it says so itself.</summary>
    internal TimeSpan? Timeout { get; init; }

    /// <summary>The bytes that are taken for the tensors; null for none.</summary>
    internal ByteReservation? Bytes { get; set; }

    /// <summary>The timestamp of the body's last byte; 0 if it was there with the head.</summary>
    internal long BodyEnd { get; set; }

    /// <summary>The features; null before they are resolved, and for a model without features.</summary>
    internal ResolvedFeatures? Features { get; set; }

    /// <summary>The length of the first dimension, if the model leaves it free; otherwise 1.</summary>
    internal long RowsOf(IReadOnlyList<TensorSpec> specs) => specs is [{ Shape: [< 0, ..] }, ..] ? inputs[0].Shape[0] : 1;

    /// <summary>Whether an input contains NaN or infinity. Only an answer that contains them itself needs to know.</summary>
    internal bool HasNonFinite(IReadOnlyList<TensorSpec> specs)
    {
        for (var i = 0; i < inputs.Length; i++)
        {
            if (specs[i].Format.HasNonFiniteInput(inputs[i]))
                return true;
        }

        return false;
    }

    /// <summary>The inputs' names and shapes, for a message.</summary>
    internal string ShapesText(IReadOnlyList<TensorSpec> specs) => string.Join(
        ", ", inputs.Select((input, i) => $"'{specs[i].Name}' [{string.Join(',', input.Shape)}]"));

    /// <summary>Replaces each input by zeros, false or empty strings of the same shape.</summary>
    internal void Clear(IReadOnlyList<TensorSpec> specs)
    {
        for (var i = 0; i < inputs.Length; i++)
        {
            var shape = inputs[i].Shape;
            // First the old one, because both may not fit into the memory.
            inputs[i].Dispose();
            inputs[i] = specs[i].Format.Create(shape);
        }

        Features?.Clear();
    }

    public void Dispose()
    {
        foreach (var input in inputs)
            input.Dispose();
        Features?.Dispose();
        Bytes?.Dispose();
    }
}
