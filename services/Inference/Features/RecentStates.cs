namespace ModelServing.Inference.Features;

/// <summary>States that were read a moment ago, so that requests for the same entities in quick succession cost one read. It holds a
/// bounded number of them, for at most <see cref="Kept"/>.</summary>
internal sealed class RecentStates(TimeProvider time)
{
    /// <summary>How old a state may be. An event that was applied in the meantime is not seen for so long.</summary>
    internal static readonly TimeSpan Kept = TimeSpan.FromMilliseconds(50);

    private StateGeneration current = new(time.GetTimestamp());

    /// <summary>Finds the states of the present. They are valid until the caller has released them.</summary>
    internal StateGeneration Hold()
    {
        while (true)
        {
            var generation = Volatile.Read(ref current);
            if (time.GetElapsedTime(generation.Began) >= Kept)
            {
                var next = new StateGeneration(time.GetTimestamp());
                // Only one of several threads replaces it. Requests may still use it.
                if (Interlocked.CompareExchange(ref current, next, generation) == generation)
                    generation.Release();
            }
            else if (generation.TryHold())
            {
                return generation;
            }
        }
    }
}
