using ModelServing.Cache;
using ModelServing.Contracts;
using ModelServing.Hosting;
using ModelServing.Rollout.Journal;
using ModelServing.Rollout.Splitting;
using ModelServing.Router.Rollouts;
using ModelServing.Router.Routing;

namespace ModelServing.Router.Splitting;

/// <summary>Publishes in the cache what this router knows about rollouts, for the function TrafficSplitter: at each change, and otherwise
/// often enough that the function can tell a router that is gone.</summary>
internal sealed class RolloutPublisher(
    RoutingTableHolder holder, RolloutBoard board, RouterCache cache, RouterIncarnation router, TimeProvider time) : LoopingService
{
    /// <summary>How often it looks for changes.</summary>
    internal static readonly TimeSpan Period = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(500);

    // Much longer than a router is silent before the function leaves it out.
    private static readonly TimeSpan Forgotten = TimeSpan.FromMinutes(1);

    private PlanDocument? plan;
    private DateTimeOffset since;
    private RoutingTable? published;
    private long publishedAt;
    private long? cleanedAt;

    protected override Task RunAsync(HostLoops loops, CancellationToken stopping) => loops.RunAsync(
        "published rollouts",
        async token =>
        {
            await Task.Delay(Period, time, token);
            // Each change of the plan and of the board leads to another table.
            if (holder.Current is { } table && (table != published || time.GetElapsedTime(publishedAt) >= Longest))
                await PublishAsync(table, token);
        },
        stopping);

    private async Task PublishAsync(RoutingTable table, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        if (!ReferenceEquals(table.Plan, plan))
            (plan, since) = (table.Plan, now);
        var state = new PublishedRollouts
        {
            Time = now,
            PlanSince = since,
            Plan = plan,
            States = plan.Rollouts.Keys.Select(board.JournaledStateOf).OfType<JournalState>()
                .ToDictionary(static state => state.Model),
            Decided = [.. board.Decided],
        };
        try
        {
            await cache.Published.WriteAsync(router.Id, state.ToBytes(), cancellation);
            (published, publishedAt) = (table, time.GetTimestamp());
            if (cleanedAt is null || time.GetElapsedTime(cleanedAt.Value) >= Forgotten)
            {
                await RemoveGoneAsync(now - Forgotten, cancellation);
                cleanedAt = time.GetTimestamp();
            }
        }
        catch (CacheException)
        {
            // The cache's state reports the failure. The function goes on with what it knows, and this router with the next round.
        }
    }

    private async Task RemoveGoneAsync(DateTimeOffset before, CancellationToken cancellation)
    {
        var all = await cache.Published.ReadAsync(cancellation);
        await cache.Published.RemoveAsync(
            all.Where(pair => PublishedRollouts.TimeOf(pair.Value.Span) < before).Select(static pair => pair.Key), cancellation);
    }
}
