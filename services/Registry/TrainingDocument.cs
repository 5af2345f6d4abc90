namespace ModelServing.Registry;

/// <summary>The form of <c>training.json</c>; what is left out is null.</summary>
internal sealed record TrainingDocument
{
    /// <summary>Figures of the training.</summary>
    public Dictionary<string, double>? Metrics { get; init; }

    /// <summary>What else is to be known.</summary>
    public Dictionary<string, string>? Labels { get; init; }
}
