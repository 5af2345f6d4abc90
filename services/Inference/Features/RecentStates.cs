using System.Collections.Concurrent;
using ModelServing.OnlineStore;

namespace ModelServing.Inference.Features;

/// <summary>States that were read a moment ago, so that requests for the same entities in quick succession cost one read. It holds a
/// bounded number of them, for at most <see cref="Kept"/>.</summary>
internal sealed class RecentStates(TimeProvider time)
{
    /// <summary>How old a state may be. An event that was applied in the meantime is not seen for so long.</summary>
    internal static readonly TimeSpan Kept = TimeSpan.FromMilliseconds(50);

    private const int Most = 4096;
    private const int MostBytes = 16 * 1024 * 1024;

    private volatile Generation current = new(time.GetTimestamp());

    internal bool TryGet(EntityQuery entity, out EntityAnswer answer) => Current().States.TryGetValue(entity, out answer);

    internal void Add(EntityQuery entity, EntityAnswer answer)
    {
        var generation = Current();
        if (generation.States.Count < Most && generation.Take(answer.Encoded.Length))
            generation.States[entity] = answer;
    }

    private Generation Current()
    {
        var generation = current;
        if (time.GetElapsedTime(generation.Began) < Kept)
            return generation;
        // If another thread does the same, the states of one of the two are read again.
        return current = new Generation(time.GetTimestamp());
    }

    private sealed record Generation(long Began)
    {
        private int bytes;

        internal ConcurrentDictionary<EntityQuery, EntityAnswer> States { get; } = new();

        internal bool Take(int added) => Interlocked.Add(ref bytes, added) <= MostBytes;
    }
}
