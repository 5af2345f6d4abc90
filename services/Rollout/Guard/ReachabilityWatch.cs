namespace ModelServing.Rollout.Guard;

/// <summary>
/// Condemns a watched version that stays away: one without a ready endpoint for <c>unreachableFor</c>. Requests that never reach a
/// version are no evidence for the statistics, since they fail over at once. Look about once a second, from one thread.
/// </summary>
/// <remarks>
/// Time counts only while stable has a ready endpoint: where nothing can be reached it is the network, or this router. And it counts only
/// while somebody looks: a process that was stopped for a minute finds what it left and has seen nothing in between.
/// </remarks>
/// <param name="unreachableFor">How long a version may be away.</param>
public sealed class ReachabilityWatch(TimeSpan unreachableFor)
{
    /// <summary>How long without <c>unreachableFor</c> in the rollout.</summary>
    public static TimeSpan Default { get; } = TimeSpan.FromSeconds(60);

    // The most that counts between two looks.
    private static readonly TimeSpan LongestStep = TimeSpan.FromSeconds(5);

    private TimeSpan? lastAway;

    /// <summary>How long a version may be away.</summary>
    public TimeSpan UnreachableFor { get; } = unreachableFor > TimeSpan.Zero
        ? unreachableFor
        : throw new ArgumentOutOfRangeException(nameof(unreachableFor), unreachableFor, "has to be above 0");

    /// <summary>For how long the version has been seen to be away.</summary>
    public TimeSpan AwayFor { get; private set; }

    /// <summary>Takes note of how things are: true when the version is condemned.</summary>
    /// <param name="isReady">The watched version has a ready endpoint. Versions without traffic are not to be looked at.</param>
    /// <param name="isStableReady">Stable has one.</param>
    /// <param name="now">The time, from any fixed moment.</param>
    public bool Look(bool isReady, bool isStableReady, TimeSpan now)
    {
        if (isReady)
        {
            (lastAway, AwayFor) = (null, TimeSpan.Zero);
            return false;
        }

        if (!isStableReady)
        {
            lastAway = null;
            return false;
        }

        if (lastAway is { } before && now > before)
            AwayFor += now - before < LongestStep ? now - before : LongestStep;
        lastAway = now;
        return AwayFor >= UnreachableFor;
    }
}
