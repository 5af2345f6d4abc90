using ModelServing.Cache.Splitting;
using ModelServing.Contracts;
using ModelServing.Rollout.Splitting;

namespace ModelServing.Functions.TrafficSplitter;

/// <summary>Reads the rollouts that the routers publish in the cache.</summary>
internal sealed class RolloutReader(SplitCache cache, TimeProvider time)
{
    // A router publishes a change at once, so what is read is at most a second old with some room.
    private static readonly TimeSpan MaxAge = TimeSpan.FromMilliseconds(500);

    private KnownRollouts? known;
    private long? readAt;

    /// <summary>Returns the rollouts as the routers published them at most half a second ago. While the cache or the routers are
    /// unavailable, it returns what it read last, or null if it has never read any. Routers refuse an outdated assignment.</summary>
    internal async Task<KnownRollouts?> ReadAsync()
    {
        if (readAt is not { } last || time.GetElapsedTime(last) > MaxAge)
            await RefreshAsync();
        return known;
    }

    /// <summary>Reads them now.</summary>
    internal async Task<KnownRollouts?> RefreshAsync()
    {
        if (await cache.TryAsync(open => new PublishedStates(open, cache.Environment).ReadAsync(CancellationToken.None)) is { } all)
        {
            readAt = time.GetTimestamp();
            known = KnownRollouts.Join(all.Values.Select(Parse).OfType<PublishedRollouts>(), time.GetUtcNow()) ?? known;
        }

        return known;
    }

    // What another version of the router wrote is left out.
    private static PublishedRollouts? Parse(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            return PublishedRollouts.Parse(bytes.Span);
        }
        catch (ContractException)
        {
            return null;
        }
    }
}
