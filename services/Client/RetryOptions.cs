namespace ModelServing.OpenInference;

/// <summary>When a call is sent again. Only calls that the server has not touched are: the connection was refused, or the server refused
/// the request (503, 429) and said when to come back.</summary>
public sealed record RetryOptions
{
    /// <summary>Gets options by which nothing is sent again.</summary>
    public static RetryOptions None { get; } = new() { MaxAttempts = 1 };

    /// <summary>Gets how often a request is sent at most.</summary>
    public int MaxAttempts { get; init; } = 4;

    /// <summary>Gets the time after which nothing is sent again, counted from the call. A shorter deadline counts too.</summary>
    public TimeSpan MaxTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Gets the wait before the second attempt. It doubles with each further one; a random part, up to half, is left out, so that
    /// clients do not come back all at once. If the server asks for a longer wait, that counts.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Gets the longest wait that is chosen here.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromSeconds(2);
}
