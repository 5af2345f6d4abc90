namespace ModelServing.FeatureServer.Reporting;

/// <summary>How old the oldest event is that is not applied to a view. It remembers for an hour when the log had which last
/// event.</summary>
internal sealed class ViewDelays(TimeProvider time)
{
    private const int Most = 360;

    private readonly Queue<(long At, long LastSequence)> samples = new();

    /// <summary>Remembers the last event of the log.</summary>
    internal void Add(long lastSequence)
    {
        if (samples.Count == Most)
            samples.Dequeue();
        samples.Enqueue((time.GetTimestamp(), lastSequence));
    }

    /// <summary>Returns the delay of a view that has applied the events up to a sequence.</summary>
    internal TimeSpan Find(long appliedTo)
    {
        foreach (var (at, last) in samples)
        {
            if (last > appliedTo)
                return time.GetElapsedTime(at);
        }

        return TimeSpan.Zero;
    }
}
