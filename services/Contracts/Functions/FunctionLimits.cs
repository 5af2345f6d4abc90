namespace ModelServing.Contracts.Functions;

/// <summary>The limits of OCI Functions.</summary>
public static class FunctionLimits
{
    /// <summary>The largest payload and the largest answer: 6 MB.</summary>
    public const int MaxBodyBytes = 6 * 1024 * 1024;

    /// <summary>The longest that a call may take.</summary>
    public static readonly TimeSpan LongestCall = TimeSpan.FromSeconds(300);

    // TrafficSplitter looks up to 5 s for a router, and then writes its counts.
    private static readonly TimeSpan BesideDeadline = TimeSpan.FromSeconds(10);

    /// <summary>The longest deadline of a model whose requests go through TrafficSplitter.</summary>
    public static TimeSpan LongestDeadline => LongestCall - BesideDeadline;

    /// <summary>How long a call of TrafficSplitter may take: longer than any deadline, so a caller gets the router's 504 and not the
    /// platform's. OCI counts in whole seconds.</summary>
    /// <param name="longestDeadline">The longest deadline of any rollout.</param>
    public static TimeSpan CallOfSplitter(TimeSpan longestDeadline)
    {
        var seconds = Math.Ceiling((longestDeadline + BesideDeadline).TotalSeconds);
        return TimeSpan.FromSeconds(Math.Min(LongestCall.TotalSeconds, seconds));
    }
}
