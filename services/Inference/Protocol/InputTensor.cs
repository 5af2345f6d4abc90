using Microsoft.ML.OnnxRuntime;

namespace ModelServing.Inference.Protocol;

/// <summary>One input of a request.</summary>
/// <param name="Input">Its index in the model.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Tensor">Its data. The receiver owns them.</param>
internal readonly record struct InputTensor(int Input, long[] Shape, OrtValue Tensor);
