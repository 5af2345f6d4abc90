namespace ModelServing.Contracts.Admin;

/// <summary>How the guard sees a variant.</summary>
/// <param name="Since">When the version's trial began.</param>
/// <param name="Minute">The minute that it is in, from 1.</param>
/// <param name="Scope">What is counted: <c>sum</c> over all routers, or <c>local</c> where the cache is away.</param>
/// <param name="Readings">How each kind stands.</param>
/// <param name="Blind">Why the guard can't condemn as things are; null when it can.</param>
public sealed record GuardStatus(DateTimeOffset Since, int Minute, string Scope, IReadOnlyList<KindStatus> Readings, string? Blind = null);
