namespace ModelServing.Features.Definitions;

/// <summary>A feature that is computed from the view's other features, the request's values and the time of reading.</summary>
public sealed record ExpressionFeature : FeatureDefinition
{
    /// <summary>The expression, such as <c>amount / card_mean_amount_7d</c>.</summary>
    public required string Expression { get; init; }
}
