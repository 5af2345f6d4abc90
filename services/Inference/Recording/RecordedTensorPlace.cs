using ModelServing.Predictions.Records;

namespace ModelServing.Inference.Recording;

/// <summary>Where a tensor belongs in a record.</summary>
/// <param name="IsInput">Whether it is an input.</param>
/// <param name="Head">Its name and data type.</param>
internal readonly record struct RecordedTensorPlace(bool IsInput, TensorHead Head);
