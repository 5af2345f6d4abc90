namespace ModelServing.Features.Engine;

/// <summary>The type of a feature's values.</summary>
public enum FeatureType : byte
{
    Int64,
    Double,
}
