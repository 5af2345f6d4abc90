namespace ModelServing.Registry;

/// <summary>The JSON form of <c>training.json</c>; an omitted member is null.</summary>
internal sealed record TrainingDocument
{
    public Dictionary<string, double>? Metrics { get; init; }

    public Dictionary<string, string>? Labels { get; init; }

    public ModelFeatures? Features { get; init; }
}
