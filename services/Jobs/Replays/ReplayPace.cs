namespace ModelServing.Jobs.Replays;

/// <summary>Lets so many requests through in a second.</summary>
/// <param name="rate">How many.</param>
/// <param name="time">The clock.</param>
internal sealed class ReplayPace(int rate, TimeProvider time)
{
    // Timers are not more precise. What is gained by waiting too long is caught up.
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(10);

    private readonly long began = time.GetTimestamp();
    private long passed;

    internal async ValueTask WaitAsync(CancellationToken cancellation)
    {
        var early = TimeSpan.FromSeconds((double)passed++ / rate) - time.GetElapsedTime(began);
        if (early >= Least)
            await Task.Delay(early, time, cancellation);
    }
}
