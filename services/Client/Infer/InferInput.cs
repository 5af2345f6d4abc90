using ModelServing.OpenInference.Tensors;

namespace ModelServing.OpenInference.Infer;

/// <summary>An input of a request.</summary>
/// <param name="Name">The input's name in the model.</param>
/// <param name="Tensor">Its elements.</param>
public sealed record InferInput(string Name, Tensor Tensor)
{
    /// <summary>Gets parameters of this input.</summary>
    public IReadOnlyDictionary<string, ParameterValue> Parameters { get; init; } = NoParameters.Shared;
}
