using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ModelServing.Cache;
using ModelServing.Contracts;
using ModelServing.Hosting;
using ModelServing.Rollout;
using ModelServing.Router.Forwarding.Wire;
using ModelServing.Router.Metrics;
using ModelServing.Router.Rollouts;
using ModelServing.Router.Routing;

namespace ModelServing.Router.Sources;

/// <summary>
/// Follows the plan, the endpoints and what the journal says of rollouts, and swaps in a new table for each change. What can't be used
/// changes nothing: the last good table stays, the reason is logged and counted.
/// </summary>
internal sealed class RoutingTableUpdater(IPlanSource source, IEndpointSource endpoints, RolloutBoard board, JournalKeeper journal, WatchedVersions watched, RoutingTableHolder holder, OpenConnections connections, Readiness readiness, RouterMetrics metrics, TimeProvider time, ILogger<RoutingTableUpdater> logger)
    : BackgroundService
{
    /// <summary>The time between two reads of a file. A change counts once two reads agree, so it takes one to two periods.</summary>
    internal static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);

    private readonly SemaphoreSlim oneAtATime = new(1);

    // Guarded by oneAtATime.
    private PlanDocument? plan;
    private HashSet<(ModelName Model, ModelVersion Version)> named = [];

    public override void Dispose()
    {
        oneAtATime.Dispose();
        base.Dispose();
    }

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        // Here and not in ExecuteAsync, which runs on a thread of its own: that may get its turn after a table was swapped in.
        readiness.NotReady($"no plan at {source.Name}");
        return base.StartAsync(cancellationToken);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(
            source.FollowAsync(content => TakePlanAsync(content, stoppingToken), Refuse, stoppingToken),
            endpoints.FollowAsync(() => ExclusiveAsync(
                () =>
                {
                    Swap();
                    return Task.CompletedTask;
                },
                stoppingToken), stoppingToken),
            board.FollowAsync(() => ExclusiveAsync(() => TakeBoardAsync(stoppingToken), stoppingToken), stoppingToken));

    private async Task ExclusiveAsync(Func<Task> take, CancellationToken cancellation)
    {
        await oneAtATime.WaitAsync(cancellation);
        try
        {
            await take();
        }
        finally
        {
            oneAtATime.Release();
        }
    }

    private async Task TakePlanAsync(byte[] content, CancellationToken cancellation)
    {
        PlanDocument next;
        try
        {
            next = PlanDocument.Parse(content);
        }
        catch (ContractException e)
        {
            Refuse($"{source.Name}: {e.Message}");
            return;
        }

        // While a journal that is away is waited for, what is condemned meanwhile loses its traffic in the plan before.
        await journal.ReadForAsync(next.Rollouts.Keys, cancellation);
        await ExclusiveAsync(
            async () =>
            {
                plan = next;
                await ReadEndpointsAsync(cancellation);
                Swap();
            },
            cancellation);
        journal.Applied(next);
    }

    private async Task TakeBoardAsync(CancellationToken cancellation)
    {
        if (plan is null)
            return;
        // What is condemned loses its traffic now; a version that comes back in its place is looked up after that.
        Swap();
        if (!Versions(plan).All(named.Contains))
        {
            await ReadEndpointsAsync(cancellation);
            Swap();
        }
    }

    private Task ReadEndpointsAsync(CancellationToken cancellation)
    {
        named = Versions(plan!);
        return endpoints.ReadForAsync(named, cancellation);
    }

    private HashSet<(ModelName Model, ModelVersion Version)> Versions(PlanDocument of) =>
        [.. of.Rollouts.SelectMany(pair => Serve(pair.Key, pair.Value).Versions.Select(version => (pair.Key, version)))];

    private ServedModel Serve(ModelName model, RolloutPlan planned)
    {
        var served = board.Serve(model, planned);
        return new ServedModel(served, watched.Watch(model, served), board.StateOf(model));
    }

    private void Swap()
    {
        if (plan is null)
            return;
        var before = holder.Current;
        var table = RoutingTable.Build(plan, endpoints.Current, before, connections, time, Serve);
        holder.Swap(table);
        watched.KeepOnly(table.Models.SelectMany(static model => model.Served.Rollout.Variants.Select(variant => new VersionTrial(model.Name, variant.Plan.Version, variant.Trial))));
        if (endpoints.Unknown is { } why)
            readiness.NotReady(why);
        else
            readiness.Ready();
        if (!ReferenceEquals(before?.Plan, plan))
            SourcesLog.PlanApplied(logger, string.Join("; ", plan.Rollouts.Select(static pair => $"{pair.Key}: {Describe(pair.Value)}")));
    }

    private void Refuse(string why)
    {
        metrics.Refused("plan");
        SourcesLog.Refused(logger, "plan", why);
    }

    private static string Describe(RolloutPlan rollout) =>
        string.Join(", ", rollout.Variants.Reverse().Select(static variant => $"{variant.Name} v{variant.Version} {Percent.FromHundredths(variant.Weight)}%"));
}
