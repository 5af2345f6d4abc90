using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ModelServing.Contracts;
using ModelServing.Hosting;
using ModelServing.Rollout;
using ModelServing.Router.Forwarding;

namespace ModelServing.Router.Routing;

/// <summary>
/// Follows the plan and the endpoints and swaps in a new table for each change. What can't be used changes nothing: the last good table
/// stays, the reason is logged and counted.
/// </summary>
internal sealed class DocumentFollower(IPlanSource source, IEndpointSource endpoints, RoutingTableHolder holder, OpenConnections connections, Readiness readiness, RouterMetrics metrics, TimeProvider time, ILogger<DocumentFollower> logger)
    : BackgroundService
{
    /// <summary>The time between two reads of a file. A change counts once two reads agree, so it takes one to two periods.</summary>
    internal static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);

    private readonly SemaphoreSlim oneAtATime = new(1);

    // Guarded by oneAtATime.
    private PlanDocument? plan;

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
            source.FollowAsync(content => WithinAsync(() => TakePlanAsync(content, stoppingToken), stoppingToken), Refuse, stoppingToken),
            endpoints.FollowAsync(() => WithinAsync(
                () =>
                {
                    Swap();
                    return Task.CompletedTask;
                },
                stoppingToken), stoppingToken));

    private async Task WithinAsync(Func<Task> take, CancellationToken cancellation)
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
        try
        {
            plan = PlanDocument.Parse(content);
        }
        catch (ContractException e)
        {
            Refuse($"{source.Name}: {e.Message}");
            return;
        }

        await endpoints.ReadForAsync(plan, cancellation);
        Swap();
    }

    private void Swap()
    {
        if (plan is null)
            return;
        var before = holder.Current;
        holder.Swap(RoutingTable.Build(plan, endpoints.Current, before, connections, time));
        if (endpoints.Unknown is { } why)
            readiness.NotReady(why);
        else
            readiness.Ready();
        if (!ReferenceEquals(before?.Plan, plan))
            RoutingLog.PlanApplied(logger, string.Join("; ", plan.Rollouts.Select(static pair => $"{pair.Key}: {Describe(pair.Value)}")));
    }

    private void Refuse(string why)
    {
        metrics.Refused("plan");
        RoutingLog.Refused(logger, "plan", why);
    }

    private static string Describe(RolloutPlan rollout) =>
        string.Join(", ", rollout.Variants.Reverse().Select(static variant => $"{variant.Name} v{variant.Version} {Percent.FromHundredths(variant.Weight)}%"));
}
