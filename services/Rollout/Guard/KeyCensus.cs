namespace ModelServing.Rollout.Guard;

/// <summary>Counts the different routing keys of a watched variant's requests, until there are enough for <see cref="FewKeys"/>. From then
/// on, a request costs one comparison. Holds at most <see cref="KeyHistory.MaxKeys"/> keys. Thread-safe.</summary>
public sealed class KeyCensus
{
    private readonly Lock gate = new();
    private readonly HashSet<ulong> keys = [];
    private int count;

    /// <summary>The number of different keys that were counted.</summary>
    public int Count => Volatile.Read(ref count);

    /// <summary>Counts the key of a request to the watched variant.</summary>
    /// <param name="key">The key's hash.</param>
    /// <param name="enough">Counting ends at this number (<see cref="FewKeys.Fewest"/> of the current share).</param>
    public void Add(ulong key, int enough)
    {
        if (Count >= Math.Min(enough, KeyHistory.MaxKeys))
            return;
        lock (gate)
        {
            if (keys.Count < KeyHistory.MaxKeys && keys.Add(key))
                Volatile.Write(ref count, keys.Count);
        }
    }
}
