namespace ModelServing.Predictions.Shipping;

/// <summary>What a <see cref="Pace"/> had seen when a put began.</summary>
/// <param name="Cuts">How often it had become slower.</param>
/// <param name="Good">How many puts had ended well.</param>
internal readonly record struct PaceMark(long Cuts, long Good);
