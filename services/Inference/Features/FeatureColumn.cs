namespace ModelServing.Inference.Features;

/// <summary>Where a column of the features comes from: a feature of a view, or a value of the request.</summary>
/// <param name="View">The index of the view; -1 for a value of the request.</param>
/// <param name="Index">The index of the feature in the view, or of the input among those that callers send.</param>
internal readonly record struct FeatureColumn(int View, int Index);
