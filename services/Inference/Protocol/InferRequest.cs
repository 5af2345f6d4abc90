using Microsoft.ML.OnnxRuntime;

namespace ModelServing.Inference.Protocol;

/// <summary>An inference request, with tensors in the runtime's memory. It owns the tensors.</summary>
/// <param name="id">The caller's identifier, which the answer repeats, or null.</param>
/// <param name="inputs">A tensor for each input, in the model's order.</param>
/// <param name="outputs">The wanted outputs, as indices into the model's.</param>
internal sealed class InferRequest(string? id, OrtValue[] inputs, int[] outputs) : IDisposable
{
    internal string? Id => id;

    internal OrtValue[] Inputs => inputs;

    internal int[] Outputs => outputs;

    public void Dispose()
    {
        foreach (var input in inputs)
            input.Dispose();
    }
}
