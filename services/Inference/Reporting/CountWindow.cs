namespace ModelServing.Inference.Reporting;

/// <summary>What counters have counted in about an hour. It keeps what they were at the start of each part of the hour, so the oldest part
/// leaves as a whole.</summary>
/// <param name="zeros">The counters when they begin.</param>
internal sealed class CountWindow(long[][] zeros)
{
    /// <summary>The parts of an hour.</summary>
    internal const int Parts = 6;

    internal const int MinutesOfPart = 10;

    private readonly Queue<long[][]> began = new([zeros]);
    private long part = -1;

    /// <summary>Returns what was counted in the 50 to 60 minutes until now, or since the counters began.</summary>
    /// <param name="minute">The number of the minute that ends.</param>
    /// <param name="now">The counters, which never decrease.</param>
    internal long[][] Take(long minute, long[][] now)
    {
        var before = began.Peek();
        if (part >= 0 && minute / MinutesOfPart != part)
        {
            began.Enqueue(now);
            if (began.Count > Parts)
                began.Dequeue();
        }

        part = minute / MinutesOfPart;
        return [.. now.Zip(before, static (counters, old) => counters.Zip(old, static (sum, first) => sum - first).ToArray())];
    }
}
