namespace ModelServing.Contracts.Admin;

/// <summary>The guard's status for a variant.</summary>
/// <param name="Since">The start of the version's trial.</param>
/// <param name="Minute">The minute of the trial, from 1.</param>
/// <param name="Scope">The scope of the counts: <c>sum</c> over all routers, or <c>local</c> if the cache is unavailable.</param>
/// <param name="Readings">The status of each kind of failure.</param>
/// <param name="Blind">Why the guard cannot condemn now; null if it can.</param>
public sealed record GuardStatus(DateTimeOffset Since, int Minute, string Scope, IReadOnlyList<KindStatus> Readings, string? Blind = null);
