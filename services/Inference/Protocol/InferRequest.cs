using Microsoft.ML.OnnxRuntime;

namespace ModelServing.Inference.Protocol;

/// <summary>An inference request that was read: tensors in the runtime's memory, which it owns.</summary>
/// <param name="id">The caller's identifier, to be given back; null when there is none.</param>
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
