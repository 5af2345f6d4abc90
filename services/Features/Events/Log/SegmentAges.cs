namespace ModelServing.Features.Events.Log;

/// <summary>When the segments began that are not shipped, as far as this process knows.</summary>
internal sealed class SegmentAges(TimeProvider time)
{
    private readonly Lock changing = new();
    private readonly SortedDictionary<long, long> began = [];

    /// <summary>How long ago the oldest of them began; null for none.</summary>
    internal TimeSpan? Oldest
    {
        get
        {
            lock (changing)
                return began.Count == 0 ? null : time.GetElapsedTime(began.First().Value);
        }
    }

    internal void Began(long segment)
    {
        lock (changing)
            began.TryAdd(segment, time.GetTimestamp());
    }

    internal void Shipped(long segment)
    {
        lock (changing)
        {
            while (began.Count > 0 && began.First().Key <= segment)
                began.Remove(began.First().Key);
        }
    }
}
