using ModelServing.Registry.Onnx;

namespace ModelServing.Trainer;

/// <summary>What a training step hands on.</summary>
/// <param name="Version">The version it becomes.</param>
/// <param name="Algorithm">Goes into the labels, as in <c>logistic-regression</c>.</param>
/// <param name="Onnx">The model, calibration folded in.</param>
/// <param name="Probabilities">What ML.NET's own model says of the evaluation rows: <paramref name="Onnx"/> must agree.</param>
internal sealed record TrainedModel(int Version, string Algorithm, ModelProto Onnx, float[] Probabilities);
