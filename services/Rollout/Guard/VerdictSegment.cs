namespace ModelServing.Rollout.Guard;

/// <summary>The failures that a copy saw at one share.</summary>
/// <param name="Share">The watched variant's share of the traffic, above 0 and below 1. Null for <see cref="GuardKind.MaxErrorRate"/>,
/// which counts all of the version's first attempts together.</param>
/// <param name="Watched">C, as in <see cref="GuardVerdict.Watched"/>.</param>
/// <param name="Other">S, as in <see cref="GuardVerdict.Other"/>.</param>
public sealed record VerdictSegment(double? Share, long Watched, long Other);
