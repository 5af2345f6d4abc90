namespace ModelServing.Rollout.Guard;

/// <summary>Counts the different routing keys of a watched variant's requests, until there are enough of them for <see cref="FewKeys"/>:
/// from then on a request costs one comparison. At most <see cref="KeyHistory.MaxKeys"/> keys are held. Safe for any number of
/// threads.</summary>
public sealed class KeyCensus
{
    private readonly Lock gate = new();
    private readonly HashSet<ulong> keys = [];
    private int count;

    /// <summary>How many different keys have been counted.</summary>
    public int Count => Volatile.Read(ref count);

    /// <summary>A request of the watched variant had this key.</summary>
    /// <param name="key">The key's hash.</param>
    /// <param name="enough">With so many the counting ends (<see cref="FewKeys.Fewest"/> of the present share).</param>
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
