using System.Text.Json;

namespace ModelServing.Contracts.Predictions;

/// <summary>What a feature view contributed to a prediction.</summary>
/// <param name="View">The view's name.</param>
/// <param name="Version">The view's version.</param>
/// <param name="Digest">The digest of the view's definition.</param>
/// <param name="Sequences">For each row, the sequence in the event log up to which the entity's state had its events; 0 without a
/// state.</param>
/// <param name="Statuses">For each row: <c>present</c>, or why the features are defaults: <c>missing</c>, <c>expired</c> or
/// <c>unavailable</c>.</param>
public sealed record PredictionFeatures(
    string View, int Version, string Digest, IReadOnlyList<long> Sequences, IReadOnlyList<string> Statuses)
{
    /// <summary>Views as JSON on one line.</summary>
    public static string TextOf(IReadOnlyList<PredictionFeatures> views) =>
        JsonSerializer.Serialize(views, ContractsJson.Compact.IReadOnlyListPredictionFeatures);
}
