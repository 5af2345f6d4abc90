using ModelServing.Contracts;
using ModelServing.Hosting;
using ModelServing.Router.Forwarding.Wire;
using ModelServing.Router.Rollouts;
using ModelServing.Router.Rollouts.Board;
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
    private PlanUpdate? plan;
    private IReadOnlySet<(ModelName Model, ModelVersion Version)> requested = new HashSet<(ModelName, ModelVersion)>();

    public void Dispose() => oneAtATime.Dispose();

    /// <summary>Reports that the router is not ready until the first swap.</summary>
    internal void AwaitPlan(string planName) => readiness.NotReady($"no plan at {planName}");

    /// <summary>Reports why a router without a plan is not ready. One that has a plan serves it and stays ready.</summary>
    internal void RefusePlan(string why)
    {
        if (holder.Current is null)
            readiness.NotReady($"no plan yet: {why}");
    }

    /// <summary>Swaps in a table for a new plan, with the endpoints of its versions.</summary>
    internal Task ApplyPlanAsync(PlanUpdate next, CancellationToken cancellation) => ExclusiveAsync(
        async () =>
        {
            plan = next;
            // A plan must not be combined with endpoints that are older than it. What they are needed for is in its own table.
            var table = Build(next, holder.Current);
            Swap(await WithEndpointsAsync(next, table, cancellation));
        },
        cancellation);

    /// <summary>Swaps in a table for changed endpoints.</summary>
    internal Task ApplyEndpointsAsync(CancellationToken cancellation) => ExclusiveAsync(
        () =>
        {
            if (plan is { } current)
                Swap(Build(current, holder.Current));
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
            var table = Build(current, holder.Current);
            Swap(table);
            if (!ReferenceEquals(table.Reachable, requested) && !table.Reachable.IsSubsetOf(requested))
                Swap(await WithEndpointsAsync(current, table, cancellation));
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

    // Reads the endpoints that a table needs, and returns a table that has them.
    private async Task<RoutingTable> WithEndpointsAsync(PlanUpdate current, RoutingTable table, CancellationToken cancellation)
    {
        var (before, view) = (endpoints.Current, board.View);
        requested = table.Reachable;
        await endpoints.ReadForAsync(requested, cancellation);
        // A version may have been condemned meanwhile.
        return ReferenceEquals(endpoints.Current, before) && ReferenceEquals(board.View, view) ? table : Build(current, table);
    }

    private RoutingTable Build(PlanUpdate current, RoutingTable? previous) => RoutingTable.Build(
        current.Plan,
        endpoints.Current,
        previous,
        calls,
        time,
        board.View.StateOf,
        watched.Watch,
        holder.Series,
        current.ChangedSince(previous?.Plan));

    private void Swap(RoutingTable table)
    {
        var trials = holder.Current?.Trials;
        holder.Swap(table);
        if (!ReferenceEquals(table.Trials, trials))
            watched.KeepOnly(table.Trials);
        if (endpoints.Unknown is { } why)
            readiness.NotReady(why);
        else
            readiness.Ready();
    }
}
