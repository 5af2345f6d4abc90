namespace ModelServing.Rollout.Guard;

/// <summary>The record of a version's condemnation by the guard. It is enough to recompute the evidence.</summary>
public sealed record GuardVerdict
{
    /// <summary>The kind of failure that condemned the version.</summary>
    public required GuardKind Kind { get; init; }

    public required GuardScope Scope { get; init; }

    /// <summary>The evidence; at most 10^300, so that it stays a number in JSON.</summary>
    public required double Evidence { get; init; }

    /// <summary>The evidence that condemns.</summary>
    public required double Threshold { get; init; }

    /// <summary>How many times as often as stable the version may fail; for <see cref="GuardKind.MaxErrorRate"/>, the share of its first
    /// attempts that may fail.</summary>
    public required double Tolerated { get; init; }

    /// <summary>C: the version's failures since the trial started.</summary>
    public required long Watched { get; init; }

    /// <summary>S: stable's failures; for <see cref="GuardKind.MaxErrorRate"/>, the version's other first attempts.</summary>
    public required long Other { get; init; }

    /// <summary>For <see cref="GuardKind.MaxErrorRate"/> while stable got traffic, the evidence that the version has more errors than
    /// stable, which was needed as well. Null if it was not needed.</summary>
    public double? RelativeEvidence { get; init; }

    /// <summary>The failures that the copies saw, from the first copy on. Consecutive copies that saw the same are one entry.</summary>
    public required IReadOnlyList<VerdictCopies> Copies { get; init; }

    /// <summary>When the trial started.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    public required DateTimeOffset DecidedAt { get; init; }
}
