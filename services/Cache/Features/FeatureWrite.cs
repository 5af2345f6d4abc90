namespace ModelServing.Cache.Features;

/// <summary>A value to write.</summary>
/// <param name="Value">Its bytes, at most <see cref="FeatureValues.MostBytes"/>.</param>
public readonly record struct FeatureWrite(FeatureKey Key, ReadOnlyMemory<byte> Value);
