using System.Text;
using k8s;
using k8s.Models;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ModelServing.Contracts;
using ModelServing.Router.Metrics;

namespace ModelServing.Router.Sources;

/// <summary>The plan in a ConfigMap that is watched through the Kubernetes API.</summary>
/// <remarks>
/// <code>
/// 1 list    the object as it is now: a consistent read, so nothing stale wins and what was put back does
/// 2 watch   from the list's version, then from the last event's or bookmark's, each time the API server ends it
/// 3 fail    whatever the failure: say it, pause, and begin at 1 on new connections, with a token read anew
/// </code>
/// Versions are opaque and compared with nothing. What can't be used changes nothing: each state is handed on or refused once, however
/// often a list finds it again.
/// </remarks>
internal sealed class KubernetesPlan(ClusterObject target, ClusterAccess access, WatchLimits limits, RouterMetrics metrics, TimeProvider time, ILogger<KubernetesPlan> logger) : IPlanSource
{
    // What was handed on last, or why nothing was.
    private string? content;
    private string? refusal;

    private string? failure;
    private int failures;

    public string Name => $"the ConfigMap {target}";

    /// <summary>Adds the source. Apart from the rest of the router, so that one with another source never loads the client.</summary>
    internal static void AddTo(IServiceCollection services, ClusterObject target)
    {
        services.AddSingleton<ClusterAccess>(InCluster.Access);
        services.AddSingleton(new WatchLimits());
        services.AddSingleton<IPlanSource>(services =>
        {
            // Where there is none at the start there will be none later.
            services.GetRequiredService<ClusterAccess>()();
            return ActivatorUtilities.CreateInstance<KubernetesPlan>(services, target);
        });
    }

    public async Task FollowAsync(Func<byte[], Task> changed, Action<string> refused, CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                try
                {
                    await FollowUntilItFailsAsync(changed, refused, cancellation);
                }
                catch (WatchFailure e)
                {
                    Fail(e);
                }

                await Task.Delay(limits.PauseAfter(failures, Random.Shared.NextDouble()), time, cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
        }
    }

    private async Task FollowUntilItFailsAsync(Func<byte[], Task> changed, Action<string> refused, CancellationToken cancellation)
    {
        using var api = new ConfigMapApi(target, access, limits, time);
        // 1
        var (found, version) = await api.ListAsync(cancellation);
        await TakeAsync(found, changed, refused);
        // 2
        while (true)
        {
            var (began, isQuiet) = (time.GetTimestamp(), true);
            await foreach (var (type, map) in api.WatchAsync(version, cancellation))
            {
                isQuiet = false;
                Succeed();
                version = map.Metadata?.ResourceVersion is { Length: > 0 } next ? next : throw new WatchFailure("answer", "an event has no resourceVersion");
                if (type != WatchEventType.Bookmark)
                    await TakeAsync(type == WatchEventType.Deleted ? null : map, changed, refused);
            }

            if (isQuiet && time.GetElapsedTime(began) < limits.ShortestWatch)
                throw new WatchFailure("ended", "a watch was ended as soon as it began");
            Succeed();
        }
    }

    private async Task TakeAsync(V1ConfigMap? map, Func<byte[], Task> changed, Action<string> refused)
    {
        string? plan = null;
        var why = map is null ? $"{Name} does not exist"
            : map.Data is null || !map.Data.TryGetValue(ClusterNames.PlanKey, out plan) || plan is null ? $"{Name} has no key {ClusterNames.PlanKey}"
            : null;
        if (why == refusal && plan == content)
            return;
        refusal = why;
        if (why is not null)
        {
            // Whatever comes next is another state than this one.
            content = null;
            refused(why);
            return;
        }

        content = plan;
        await changed(Encoding.UTF8.GetBytes(plan!));
    }

    private void Fail(WatchFailure e)
    {
        failures++;
        if (failure == e.Reason)
            return;
        failure = e.Reason;
        metrics.PlanInterrupted(e.Reason);
        SourcesLog.WatchFailed(logger, Name, e.Message);
    }

    private void Succeed()
    {
        failures = 0;
        if (failure is null)
            return;
        failure = null;
        SourcesLog.WatchWorksAgain(logger, Name);
    }
}
