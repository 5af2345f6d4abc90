namespace ModelServing.Features.Engine;

/// <summary>A feature that a reader gets.</summary>
/// <param name="Name">The feature's name.</param>
/// <param name="Type">The type of its values.</param>
public sealed record FeatureOutput(string Name, FeatureType Type);
