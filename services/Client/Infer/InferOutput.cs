using ModelServing.OpenInference.Tensors;

namespace ModelServing.OpenInference.Infer;

/// <summary>An output of an answer.</summary>
/// <param name="Name">The output's name in the model.</param>
/// <param name="Tensor">Its elements.</param>
/// <param name="Parameters">What the server says about this output.</param>
public sealed record InferOutput(string Name, Tensor Tensor, IReadOnlyDictionary<string, ParameterValue> Parameters);
