using Microsoft.Extensions.Logging;
using ModelServing.Contracts;
using ModelServing.Hosting;
using ModelServing.Rollout;
using ModelServing.Router.Metrics;
using ModelServing.Router.Rollouts;
using ModelServing.Router.Rollouts.Board;

namespace ModelServing.Router.Sources;

/// <summary>
/// Follows the plan, the endpoints and the board, and has a new table swapped in for each change. A document that cannot be used changes
/// nothing: the last good table stays, and the reason is logged and counted. A change that failed in another way is applied again.
/// </summary>
internal sealed class RoutingTableUpdater(
    IPlanSource source,
    IEndpointSource endpoints,
    RolloutBoard board,
    JournalKeeper journal,
    RoutingTableSwapper table,
    RouterMetrics metrics,
    ILogger<RoutingTableUpdater> logger)
    : LoopingService
{
    /// <summary>The time between two reads of a file. A change counts once two reads agree, so it takes one to two periods.</summary>
    internal static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);

    // A log's line is at most 16 KiB in a container.
    private const int MostDescribed = 10;

    private readonly PlanReader reader = new();

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        // Not in ExecuteAsync, which runs on its own thread: a table may be swapped in before that thread runs.
        table.AwaitPlan(source.Name);
        return base.StartAsync(cancellationToken);
    }

    protected override Task RunAsync(HostLoops loops, CancellationToken stopping) => Task.WhenAll(
        loops.FollowAsync(
            "plan",
            (succeeded, token) => source.FollowAsync(
                async content =>
                {
                    await ApplyPlanAsync(content, token);
                    succeeded();
                },
                Refuse,
                token),
            stopping),
        Follow(loops, "endpoints", endpoints.FollowAsync, table.ApplyEndpointsAsync, stopping),
        Follow(loops, "rollouts", board.FollowAsync, table.ApplyBoardAsync, stopping));

    private static Task Follow(
        HostLoops loops,
        string name,
        Func<Func<Task>, CancellationToken, Task> follow,
        Func<CancellationToken, Task> apply,
        CancellationToken stopping) => loops.FollowAsync(
            name,
            (succeeded, token) => follow(
                async () =>
                {
                    await apply(token);
                    succeeded();
                },
                token),
            stopping);

    private async Task ApplyPlanAsync(ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        PlanUpdate next;
        try
        {
            next = reader.Read(content.Span);
        }
        catch (ContractException e)
        {
            Refuse($"{source.Name}: {e.Message}");
            return;
        }

        // This may wait for an unavailable journal. Versions that are condemned meanwhile lose their traffic in the previous plan.
        await journal.ReadForAsync(next, cancellation);
        await table.ApplyPlanAsync(next, cancellation);
        SourcesLog.PlanApplied(logger, next.Plan.Rollouts.Count, next.Changed.Count, Describe(next.Plan, next.Changed));
        journal.OnApplied(next);
    }

    private void Refuse(string why)
    {
        metrics.Refused("plan");
        SourcesLog.Refused(logger, "plan", why);
        table.RefusePlan(why);
    }

    private static string Describe(PlanDocument plan, IReadOnlyList<ModelName> changed) => string.Join(
        "; ",
        [
            .. changed.Take(MostDescribed).Select(name => $"{name}: {Describe(plan.Rollouts.GetValueOrDefault(name))}"),
            .. changed.Count > MostDescribed ? (string[])["..."] : [],
        ]);

    private static string Describe(RolloutPlan? rollout) => rollout is null ? "gone" : string.Join(
        ", ",
        rollout.Variants.Reverse()
            .Select(static variant => $"{variant.Name} v{variant.Version} {Percent.FromHundredths(variant.Weight)}%"));
}
