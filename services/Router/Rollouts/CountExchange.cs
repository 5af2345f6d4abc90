using ModelServing.Cache;
using ModelServing.Contracts;
using ModelServing.Rollout.Guard;
using ModelServing.Router.Rollouts.Watching;

namespace ModelServing.Router.Rollouts;

/// <summary>Exchanges counts with other routers through the cache. If the cache is unavailable, this router's own counts are all there
/// is.</summary>
internal sealed class CountExchange(RouterSettings settings, RouterCache? cache = null)
{
    /// <summary>Whether the cache answered last time; false without a cache.</summary>
    internal bool IsReached => cache is { IsReached: true };

    /// <summary>Publishes this router's counts of a version, and adds up those of all routers.</summary>
    /// <param name="usesCache">Whether to use the cache; false while it is known to be unavailable.</param>
    /// <param name="cancellation">Cancels the exchange.</param>
    internal async Task<WatchedVersion.Standing> AddUpAsync(WatchedVersion version, bool usesCache, CancellationToken cancellation)
    {
        var own = version.Recorder.Read();
        // Without a cache there is one router, or each router decides by itself.
        if (version.Shared is not { } shared)
            return new(own, settings.RoutersMax == 1 ? GuardScope.Sum : GuardScope.Local);
        if (!usesCache)
            return OwnAlone();
        try
        {
            await shared.WriteAsync(version.Incarnation, own.ToBytes(), cancellation);
            var others = (await shared.ReadAsync(cancellation))
                .Where(pair => pair.Key != version.Incarnation).Select(static pair => Parse(pair.Value)).OfType<ClientCounts>();
            return new(ClientCounts.Sum(others.Prepend(own)), GuardScope.Sum);
        }
        catch (CacheException)
        {
            return OwnAlone();
        }

        // The counts stay marked as changed, so they are published once the cache answers again.
        WatchedVersion.Standing OwnAlone()
        {
            version.MarkChanged();
            return new(own, GuardScope.Local);
        }
    }

    /// <summary>Takes this router's number of a trial, by which it may decide alone while the cache is unavailable.</summary>
    internal static async Task TakeNumberAsync(WatchedVersion version, CancellationToken cancellation)
    {
        try
        {
            version.Number = version.Shared is { } shared
                ? (int)Math.Min(await shared.TakeNumberAsync(version.Incarnation, cancellation), int.MaxValue)
                : 0;
        }
        catch (CacheException)
        {
            // Without a number, this router does not decide alone.
        }
    }

    // Counts in the format of another program version are left out, for both variants alike.
    private static ClientCounts? Parse(ReadOnlyMemory<byte> counts)
    {
        try
        {
            return ClientCounts.Parse(counts.Span);
        }
        catch (ContractException)
        {
            return null;
        }
    }
}
