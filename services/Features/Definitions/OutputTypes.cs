using ModelServing.Features.Events;

namespace ModelServing.Features.Definitions;

/// <summary>The types of features' values.</summary>
internal static class OutputTypes
{
    /// <summary>True if the feature's value is a whole number.</summary>
    /// <param name="field">The type of its field, if it has one.</param>
    internal static bool IsWhole(WindowFeature feature, FieldType? field) => feature.Aggregation switch
    {
        Aggregation.Count or Aggregation.Distinct => true,
        Aggregation.Sum or Aggregation.Mean => false,
        _ => field?.Kind != FieldKind.Decimal,
    };

    /// <summary>True if a window without events has the value 0.</summary>
    internal static bool HasZero(WindowFeature feature) =>
        feature.Aggregation is Aggregation.Count or Aggregation.Distinct or Aggregation.Sum;
}
