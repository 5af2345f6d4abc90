namespace ModelServing.Predictions;

/// <summary>Notices that the wall clock was set back, by a comparison with the clock that only runs forward. The records' own times say
/// less: requests end in another order than they began in.</summary>
internal sealed class ClockWatch(TimeProvider time)
{
    /// <summary>A step that is not larger goes unnoticed. A clock that is adjusted slowly never comes near it between two looks.</summary>
    internal static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(1);

    private readonly long began = time.GetTimestamp();

    // When the other clock began, by the wall clock; never later than it really did.
    private DateTimeOffset? start;

    /// <summary>Looks at the clock. Returns how far it was set back since the last call; null if it was not.</summary>
    internal TimeSpan? Look()
    {
        // The thread may lose its processor for a while at each step, so the start lies between two bounds.
        var before = time.GetElapsedTime(began);
        var now = time.GetUtcNow();
        var (earliest, latest) = (now - time.GetElapsedTime(began), now - before);
        var last = start;
        start = earliest;
        return last - latest is { } step && step > Tolerance ? step : null;
    }
}
