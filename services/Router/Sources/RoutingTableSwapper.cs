using ModelServing.Cache;
using ModelServing.Contracts;
using ModelServing.Hosting;
using ModelServing.Rollout.Journal;
using ModelServing.Router.Forwarding.Wire;
using ModelServing.Router.Rollouts;
using ModelServing.Router.Routing;

namespace ModelServing.Router.Sources;

/// <summary>Builds a table from the last good plan, the endpoints and the board, and swaps it in. One caller at a time.</summary>
internal sealed class RoutingTableSwapper(
    IEndpointSource endpoints,
    RolloutBoard board,
    WatchedVersions watched,
    RoutingTableHolder holder,
    UpstreamCalls calls,
    Readiness readiness,
    TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim oneAtATime = new(1);

    // Guarded by oneAtATime.
    private PlanDocument? plan;
    private HashSet<(ModelName Model, ModelVersion Version)> requested = [];

    public void Dispose() => oneAtATime.Dispose();

    /// <summary>Reports that the router is not ready until the first swap.</summary>
    internal void AwaitPlan(string planName) => readiness.NotReady($"no plan at {planName}");

    /// <summary>Swaps in a table for a new plan, with the endpoints of its versions.</summary>
    internal Task ApplyPlanAsync(PlanDocument next, CancellationToken cancellation) => ExclusiveAsync(
        async () =>
        {
            plan = next;
            await ReadEndpointsAsync(next, cancellation);
            Swap(next);
        },
        cancellation);

    /// <summary>Swaps in a table for changed endpoints.</summary>
    internal Task ApplyEndpointsAsync(CancellationToken cancellation) => ExclusiveAsync(
        () =>
        {
            if (plan is { } current)
                Swap(current);
            return Task.CompletedTask;
        },
        cancellation);

    /// <summary>Swaps in a table for a changed board.</summary>
    internal Task ApplyBoardAsync(CancellationToken cancellation) => ExclusiveAsync(
        async () =>
        {
            if (plan is not { } current)
                return;
            // A condemned version loses its traffic now; the endpoints of a version that returns in its place are looked up after that.
            Swap(current);
            if (!VersionsOf(current).All(requested.Contains))
            {
                await ReadEndpointsAsync(current, cancellation);
                Swap(current);
            }
        },
        cancellation);

    private async Task ExclusiveAsync(Func<Task> apply, CancellationToken cancellation)
    {
        await oneAtATime.WaitAsync(cancellation);
        try
        {
            await apply();
        }
        finally
        {
            oneAtATime.Release();
        }
    }

    private Task ReadEndpointsAsync(PlanDocument current, CancellationToken cancellation)
    {
        requested = VersionsOf(current);
        return endpoints.ReadForAsync(requested, cancellation);
    }

    private HashSet<(ModelName Model, ModelVersion Version)> VersionsOf(PlanDocument current) =>
        [
            .. current.Rollouts.SelectMany(pair =>
                EffectiveRollout.From(pair.Value, board.StateOf(pair.Key)).Versions.Select(version => (pair.Key, version))),
        ];

    private void Swap(PlanDocument current)
    {
        var table = RoutingTable.Build(current, endpoints.Current, holder.Current, calls, time, board.StateOf, watched.Watch);
        holder.Swap(table);
        watched.KeepOnly(table.Models.SelectMany(
            static model => model.Effective.Variants.Select(variant => new VersionTrial(model.Name, variant.Plan.Version, variant.Trial))));
        if (endpoints.Unknown is { } why)
            readiness.NotReady(why);
        else
            readiness.Ready();
    }
}
