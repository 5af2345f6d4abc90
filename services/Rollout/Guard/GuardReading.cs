namespace ModelServing.Rollout.Guard;

/// <summary>The evidence of one kind so far.</summary>
public sealed record GuardReading
{
    public required GuardKind Kind { get; init; }

    /// <summary>The evidence; 1 if nothing is known yet. At most 10^300, so that it stays a number in JSON.</summary>
    public required double Evidence { get; init; }

    /// <summary>The evidence that condemns.</summary>
    public required double Threshold { get; init; }

    /// <summary>C: the watched variant's failures since the trial started.</summary>
    public required long Watched { get; init; }

    /// <summary>S: stable's failures; for <see cref="GuardKind.MaxErrorRate"/>, the watched variant's other first attempts.</summary>
    public required long Other { get; init; }
}
