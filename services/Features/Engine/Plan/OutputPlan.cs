using ModelServing.Features.Expressions;

namespace ModelServing.Features.Engine.Plan;

/// <summary>How a feature's value is made. One of its last three members is there.</summary>
/// <param name="Missing">The value if it is missing.</param>
/// <param name="Expired">The value if the entity is expired.</param>
/// <param name="Ratio">The indexes of two features.</param>
internal sealed record OutputPlan(
    FeatureValue Missing,
    FeatureValue Expired,
    WindowPlan? Window = null,
    (int Dividend, int Divisor)? Ratio = null,
    Expression? Expression = null)
{
    /// <summary>The indexes of the inputs of the expression.</summary>
    internal int[] Inputs { get; init; } = [];
}
