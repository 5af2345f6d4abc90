namespace ModelServing.Cache;

/// <summary>Whether the cache answers.</summary>
/// <param name="IsAway">Whether it does not.</param>
/// <param name="Since">Since when.</param>
/// <param name="Reason">Why not, for a person; null where it does.</param>
public sealed record CacheState(bool IsAway, DateTimeOffset Since, string? Reason);
