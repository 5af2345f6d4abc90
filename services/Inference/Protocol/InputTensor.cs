using ModelServing.Inference.Models;

namespace ModelServing.Inference.Protocol;

/// <summary>One input of a request.</summary>
/// <param name="Input">Its index in the model.</param>
/// <param name="Tensor">The tensor, which the receiver owns.</param>
internal readonly record struct InputTensor(int Input, RuntimeTensor Tensor);
