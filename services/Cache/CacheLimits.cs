namespace ModelServing.Cache;

/// <summary>How long the cache is waited for.</summary>
public sealed record CacheLimits
{
    /// <summary>How long one question may take. 1 s by default.</summary>
    public TimeSpan Answer { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a connection may take to stand. 2 s by default.</summary>
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The wait between two tries to connect, which doubles up to <see cref="LongestWait"/>. 250 ms by default.</summary>
    public TimeSpan FirstWait { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The longest wait between two tries to connect. 2 s by default.</summary>
    public TimeSpan LongestWait { get; init; } = TimeSpan.FromSeconds(2);
}
