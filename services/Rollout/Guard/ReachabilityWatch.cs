namespace ModelServing.Rollout.Guard;

/// <summary>
/// Condemns a watched version that has had no ready endpoint for <c>unreachableFor</c>. The guard's statistics
/// do not count requests that never reach a version, since they fail over at once. Call it about once a second, from one thread.
/// </summary>
/// <remarks>
/// Time counts only while stable has a ready endpoint: if nothing is reachable, the cause is the network or this router. And it counts only
/// between regular checks: a process that was suspended for a minute saw nothing during that minute.
/// </remarks>
/// <param name="unreachableFor">How long a version may be unreachable.</param>
public sealed class ReachabilityWatch(TimeSpan unreachableFor)
{
    /// <summary>The limit if the rollout does not set <c>unreachableFor</c>.</summary>
    public static TimeSpan Default { get; } = TimeSpan.FromSeconds(60);

    // The most time that counts between two checks.
    private static readonly TimeSpan LongestStep = TimeSpan.FromSeconds(5);

    private TimeSpan? lastUnreachable;

    public TimeSpan UnreachableFor { get; } = unreachableFor > TimeSpan.Zero
        ? unreachableFor
        : throw new ArgumentOutOfRangeException(nameof(unreachableFor), unreachableFor, "must be above 0");

    /// <summary>How long the version has been unreachable, as far as time counted.</summary>
    public TimeSpan UnreachableTime { get; private set; }

    /// <summary>Records the current state; true if the version is condemned.</summary>
    /// <param name="isReady">Whether the watched version has a ready endpoint. Do not check versions without traffic.</param>
    /// <param name="isStableReady">Whether stable has a ready endpoint.</param>
    /// <param name="now">The time since any fixed moment.</param>
    public bool Check(bool isReady, bool isStableReady, TimeSpan now)
    {
        if (isReady)
        {
            (lastUnreachable, UnreachableTime) = (null, TimeSpan.Zero);
            return false;
        }

        if (!isStableReady)
        {
            lastUnreachable = null;
            return false;
        }

        if (lastUnreachable is { } before && now > before)
            UnreachableTime += now - before < LongestStep ? now - before : LongestStep;
        lastUnreachable = now;
        return UnreachableTime >= UnreachableFor;
    }
}
