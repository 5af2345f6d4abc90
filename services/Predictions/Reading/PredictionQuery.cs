using ModelServing.Contracts;

namespace ModelServing.Predictions.Reading;

/// <summary>Which predictions to read.</summary>
/// <param name="Since">The first time.</param>
/// <param name="Until">The time before which they began.</param>
/// <param name="Limit">The most of them in a page.</param>
/// <param name="Before">The position before which the page begins; null for the first page.</param>
public sealed record PredictionQuery(
    ModelName Model, DateTimeOffset Since, DateTimeOffset Until, int Limit, PredictionPosition? Before = null);
