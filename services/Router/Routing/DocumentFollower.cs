using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ModelServing.Contracts;
using ModelServing.Hosting;
using ModelServing.Rollout;
using ModelServing.Router.Forwarding;

namespace ModelServing.Router.Routing;

/// <summary>
/// Follows the plan and the endpoints file and swaps in a new table for each change. What can't be used changes nothing: the last
/// good table stays, the reason is logged and counted.
/// </summary>
internal sealed class DocumentFollower(DocumentSources sources, RoutingTableHolder holder, OpenConnections connections, Readiness readiness, RouterMetrics metrics, TimeProvider time, ILogger<DocumentFollower> logger)
    : BackgroundService
{
    // A change counts once two reads agree, so it takes one to two periods.
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);

    private readonly PolledFile planFile = new(sources.PlanPath, Period, time, PlanDocument.MaxBytes);
    private readonly PolledFile endpointsFile = new(sources.EndpointsPath, Period, time);
    private readonly SemaphoreSlim oneAtATime = new(1);

    // Guarded by oneAtATime.
    private PlanDocument? plan;
    private EndpointsDocument? endpoints;

    public override void Dispose()
    {
        oneAtATime.Dispose();
        base.Dispose();
    }

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        // Here and not in ExecuteAsync, which runs on a thread of its own: that may get its turn after a table was swapped in.
        readiness.NotReady($"no plan at {sources.PlanPath}");
        return base.StartAsync(cancellationToken);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(
            planFile.FollowAsync(content => WithinAsync(() => TakePlan(content), stoppingToken), why => Refuse("plan", why), stoppingToken),
            endpointsFile.FollowAsync(content => WithinAsync(() => TakeEndpoints(content), stoppingToken), why => Refuse("endpoints", why), stoppingToken));

    private async Task WithinAsync(Action take, CancellationToken cancellation)
    {
        await oneAtATime.WaitAsync(cancellation);
        try
        {
            take();
        }
        finally
        {
            oneAtATime.Release();
        }
    }

    private void TakePlan(byte[]? content)
    {
        if (content is null)
        {
            if (plan is not null)
                Refuse("plan", $"{sources.PlanPath} is gone");
            return;
        }

        try
        {
            plan = PlanDocument.Parse(content);
        }
        catch (ContractException e)
        {
            Refuse("plan", $"{sources.PlanPath}: {e.Message}");
            return;
        }

        // Whoever writes both writes the endpoints first: a plan must not meet older endpoints than it was written for.
        try
        {
            TakeEndpoints(endpointsFile.ReadNow());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Refuse("endpoints", e.Message);
            Swap();
        }
    }

    private void TakeEndpoints(byte[]? content)
    {
        if (content is not null)
        {
            try
            {
                endpoints = EndpointsDocument.Parse(content);
            }
            catch (ContractException e)
            {
                Refuse("endpoints", $"{sources.EndpointsPath}: {e.Message}");
            }
        }
        else if (endpoints is not null)
        {
            Refuse("endpoints", $"{sources.EndpointsPath} is gone");
        }

        Swap();
    }

    private void Swap()
    {
        if (plan is null)
            return;
        var before = holder.Current;
        var table = RoutingTable.Build(plan, endpoints ?? new EndpointsDocument { Schema = EndpointsDocument.CurrentSchema, Endpoints = [] }, before, connections);
        holder.Swap(table);
        readiness.Ready();
        if (!ReferenceEquals(before?.Plan, plan))
            RoutingLog.PlanApplied(logger, string.Join("; ", plan.Rollouts.Select(static pair => $"{pair.Key}: {Describe(pair.Value)}")));
    }

    private void Refuse(string document, string why)
    {
        metrics.Refused(document);
        RoutingLog.Refused(logger, document, why);
    }

    private static string Describe(RolloutPlan rollout) =>
        string.Join(", ", rollout.Variants.Reverse().Select(static variant => $"{variant.Name} v{variant.Version} {Percent.FromHundredths(variant.Weight)}%"));
}

internal static partial class RoutingLog
{
    [LoggerMessage(10, LogLevel.Information, "Plan applied: {Rollouts}")]
    internal static partial void PlanApplied(ILogger logger, string rollouts);

    [LoggerMessage(11, LogLevel.Error, "The {Document} can't be used, the last good one stays: {Why}")]
    internal static partial void Refused(ILogger logger, string document, string why);
}
