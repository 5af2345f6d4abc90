using ModelServing.Registry.Onnx;

namespace ModelServing.Trainer;

/// <summary>The result of training one version.</summary>
/// <param name="Version">The version number.</param>
/// <param name="Algorithm">The algorithm's name for the labels, such as <c>logistic-regression</c>.</param>
/// <param name="Onnx">The model, with the calibration folded in.</param>
/// <param name="Probabilities">The probabilities that ML.NET's own model gives the evaluation rows. <paramref name="Onnx"/> must
/// agree.</param>
internal sealed record TrainedModel(int Version, string Algorithm, ModelProto Onnx, float[] Probabilities);
