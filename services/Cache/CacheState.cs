namespace ModelServing.Cache;

/// <summary>Whether the cache answers.</summary>
/// <param name="IsUnavailable">Whether the cache does not answer.</param>
/// <param name="Since">Since when.</param>
/// <param name="Reason">Why the cache is unavailable, for a person; null while it answers.</param>
public sealed record CacheState(bool IsUnavailable, DateTimeOffset Since, string? Reason);
