namespace ModelServing.Trainer;

/// <summary>A row of the training table.</summary>
/// <param name="Features">The models' input, in the order of the sample's columns.</param>
/// <param name="IsFraud">What the models predict.</param>
internal sealed record TrainingRow(float[] Features, bool IsFraud);
