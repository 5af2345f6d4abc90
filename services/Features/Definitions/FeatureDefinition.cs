using System.Text.Json.Serialization;

namespace ModelServing.Features.Definitions;

/// <summary>A feature of a view: a value for an entity at a time.</summary>
/// <remarks>To add a kind: add a record beside this one, an attribute here, its rules in <c>ViewRules</c>, its value in
/// <c>FeatureEngine</c> and its keys in <c>ViewReader</c> (services/Settings).</remarks>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(WindowFeature), "window")]
[JsonDerivedType(typeof(RatioFeature), "ratio")]
[JsonDerivedType(typeof(ExpressionFeature), "expression")]
public abstract record FeatureDefinition
{
    public required string Name { get; init; }

    /// <summary>The value if there is no other; null for not a number, or 0 if the feature is a count or a sum.</summary>
    public double? Default { get; init; }
}
