namespace ModelServing.Rollout.Guard;

/// <summary>The record of a version's condemnation by the guard: with it the evidence can be computed again.</summary>
public sealed record GuardVerdict
{
    /// <summary>What the version was condemned for.</summary>
    public required GuardKind Kind { get; init; }

    /// <summary>On whose counts.</summary>
    public required GuardScope Scope { get; init; }

    /// <summary>The evidence; at most 10^300, so that it stays a number in JSON.</summary>
    public required double Evidence { get; init; }

    /// <summary>The evidence that condemns.</summary>
    public required double Threshold { get; init; }

    /// <summary>How many times as often as stable the version may fail; of <see cref="GuardKind.MaxErrorRate"/> the share of its first
    /// attempts that may fail.</summary>
    public required double Tolerated { get; init; }

    /// <summary>C: the version's failures since the attempt began.</summary>
    public required long Watched { get; init; }

    /// <summary>S: stable's failures; of <see cref="GuardKind.MaxErrorRate"/> the version's other first attempts.</summary>
    public required long Other { get; init; }

    /// <summary>What else had to be there: of <see cref="GuardKind.MaxErrorRate"/> below all of the traffic, the evidence that the
    /// version has more errors than stable. Null where the evidence stood alone.</summary>
    public double? RelativeEvidence { get; init; }

    /// <summary>What the copies saw, from the first on. Neighbours that saw the same are one entry.</summary>
    public required IReadOnlyList<VerdictCopies> Copies { get; init; }

    /// <summary>When the attempt began.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When the guard decided.</summary>
    public required DateTimeOffset DecidedAt { get; init; }
}
