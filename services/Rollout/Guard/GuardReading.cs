namespace ModelServing.Rollout.Guard;

/// <summary>How one kind stands.</summary>
public sealed record GuardReading
{
    /// <summary>The kind.</summary>
    public required GuardKind Kind { get; init; }

    /// <summary>The evidence: 1 when nothing is known. At most 10^300, so that it stays a number in JSON.</summary>
    public required double Evidence { get; init; }

    /// <summary>The evidence that condemns.</summary>
    public required double Threshold { get; init; }

    /// <summary>C: the watched variant's failures since the attempt began.</summary>
    public required long Watched { get; init; }

    /// <summary>S: stable's failures; of <see cref="GuardKind.MaxErrorRate"/> the watched variant's other first attempts.</summary>
    public required long Other { get; init; }
}
