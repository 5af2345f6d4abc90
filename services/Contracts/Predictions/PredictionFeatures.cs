namespace ModelServing.Contracts.Predictions;

/// <summary>What the feature store contributed to a prediction.</summary>
/// <param name="Digest">The digest of the view's definition.</param>
/// <param name="Sequence">The sequence number that was read.</param>
/// <param name="Missing">The features that were missing.</param>
public sealed record PredictionFeatures(string Digest, long Sequence, IReadOnlyList<string> Missing);
