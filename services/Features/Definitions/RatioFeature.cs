namespace ModelServing.Features.Definitions;

/// <summary>The ratio of two windows' features. Its default is used if the divisor is 0.</summary>
public sealed record RatioFeature : FeatureDefinition
{
    /// <summary>The name of the feature above the line.</summary>
    public required string Dividend { get; init; }

    /// <summary>The name of the feature below the line.</summary>
    public required string Divisor { get; init; }
}
