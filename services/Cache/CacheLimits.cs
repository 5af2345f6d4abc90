namespace ModelServing.Cache;

/// <summary>How long a program waits for the cache.</summary>
public sealed record CacheLimits
{
    /// <summary>How long one query may take. 1 s by default.</summary>
    public TimeSpan Answer { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long connecting may take. 2 s by default.</summary>
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The first wait between two tries to connect; it doubles up to <see cref="LongestWait"/>. 250 ms by default.</summary>
    public TimeSpan FirstWait { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The longest wait between two tries to connect. 2 s by default.</summary>
    public TimeSpan LongestWait { get; init; } = TimeSpan.FromSeconds(2);
}
