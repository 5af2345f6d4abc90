namespace ModelServing.Contracts.Reliability;

/// <summary>Waits that double with each failure in a row: the first one, twice as long, and so on, up to the longest. Callers that must not
/// retry at the same moment multiply the wait by a random factor of their own.</summary>
public sealed record Backoff(TimeSpan First, TimeSpan Longest)
{
    // Doubling further would overflow, and no wait is as long as this.
    private const int MostDoublings = 30;

    /// <summary>Returns the wait after a number of failures in a row, counted from 1.</summary>
    public TimeSpan After(int failures)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(failures, 1);
        var ticks = First.Ticks * Math.Pow(2, Math.Min(failures - 1, MostDoublings));
        return ticks < Longest.Ticks ? TimeSpan.FromTicks((long)ticks) : Longest;
    }
}
