using System.Buffers;
using k8s;
using k8s.Models;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ModelServing.Contracts;
using ModelServing.Router.Metrics;

namespace ModelServing.Router.Sources;

/// <summary>Reads the plan from a ConfigMap, which it watches through the Kubernetes API.</summary>
/// <remarks>
/// <code>
/// 1 list    the object's current state: a consistent read, so a stale object never wins, but a reverted one does
/// 2 watch   from the list's version, then from the last event's or bookmark's version each time the API server ends the watch
/// 3 fail    after any failure: log it, pause, and start again at 1, on new connections and with a fresh token
/// </code>
/// Versions are opaque and never compared. A plan that cannot be used changes nothing. Each state is passed on or refused once, however
/// often a list returns it.
/// </remarks>
internal sealed class KubernetesPlan(
    ClusterObject target,
    ClusterAccess access,
    WatchLimits limits,
    RouterMetrics metrics,
    TimeProvider time,
    ILogger<KubernetesPlan> logger) : IPlanSource
{
    // The plan that was passed on last, or why none was. The next one is written into the other's buffer: a large plan that took a new one
    // for each change would fill the heap.
    private ArrayBufferWriter<byte>? content;
    private ArrayBufferWriter<byte> spare = new();
    private string? refusal;

    private string? failure;
    private int failures;

    public string Name => $"the ConfigMap {target}";

    /// <summary>Registers the source. This is a separate method so that a router with another source never loads the Kubernetes
    /// client.</summary>
    internal static void AddTo(IServiceCollection services, ClusterObject target)
    {
        services.AddSingleton<ClusterAccess>(InCluster.Access);
        services.AddSingleton(new WatchLimits());
        services.AddSingleton<IPlanSource>(services =>
        {
            // If the process has no access at the start, it never will: fail early.
            services.GetRequiredService<ClusterAccess>()();
            return ActivatorUtilities.CreateInstance<KubernetesPlan>(services, target);
        });
    }

    public async Task FollowAsync(Func<ReadOnlyMemory<byte>, Task> changed, Action<string> refused, CancellationToken cancellation)
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

    private async Task FollowUntilItFailsAsync(
        Func<ReadOnlyMemory<byte>, Task> changed, Action<string> refused, CancellationToken cancellation)
    {
        using var api = new ConfigMapApi(target, access, limits, time);
        // 1
        var (found, version) = await api.ListAsync(cancellation);
        await ApplyAsync(found, changed, refused);
        // 2
        while (true)
        {
            var (began, isQuiet) = (time.GetTimestamp(), true);
            await foreach (var (type, map) in api.WatchAsync(version, cancellation))
            {
                isQuiet = false;
                Succeed();
                version = map.Metadata?.ResourceVersion is { Length: > 0 } next
                    ? next
                    : throw new WatchFailure("answer", "an event has no resourceVersion");
                if (type != WatchEventType.Bookmark)
                    await ApplyAsync(type == WatchEventType.Deleted ? null : map, changed, refused);
            }

            if (isQuiet && time.GetElapsedTime(began) < limits.ShortestWatch)
                throw new WatchFailure("ended", "the API server ended a watch at once");
            Succeed();
        }
    }

    private async Task ApplyAsync(V1ConfigMap? map, Func<ReadOnlyMemory<byte>, Task> changed, Action<string> refused)
    {
        var why = map is null ? $"{Name} does not exist" : null;
        var next = spare;
        next.ResetWrittenCount();
        try
        {
            if (map is not null)
                PlanIn(map).WriteTo(next);
        }
        catch (ContractException e)
        {
            why = $"{Name} can't be used: {e.Message}";
        }

        if (why == refusal && (why is not null || (content is { } known && next.WrittenSpan.SequenceEqual(known.WrittenSpan))))
            return;
        refusal = why;
        if (why is not null)
        {
            // Any plan that comes next is a new state.
            content = null;
            refused(why);
            return;
        }

        await changed(next.WrittenMemory);
        // Only now: a plan that could not be applied is passed on again.
        spare = content ?? new ArrayBufferWriter<byte>();
        content = next;
    }

    private static PlanObject PlanIn(V1ConfigMap map) => new(
        map.Data?.TryGetValue(ClusterNames.PlanKey, out var text) == true ? text : null,
        map.BinaryData?.TryGetValue(ClusterNames.CompressedPlanKey, out var compressed) == true ? compressed : null);

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
