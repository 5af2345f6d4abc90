using System.Globalization;
using Microsoft.Extensions.Logging;
using ModelServing.Cache;
using ModelServing.Contracts;
using ModelServing.Contracts.Journal;
using ModelServing.Hosting;
using ModelServing.Rollout.Guard;
using ModelServing.Router.Rollouts.Watching;
using ModelServing.Router.Routing;

namespace ModelServing.Router.Rollouts;

/// <summary>
/// Counts failures, weighs them together with those of other routers, and condemns. Requests never wait for the cache.
/// </summary>
/// <remarks>
/// For each batch of failures:
/// <code>
/// 1 one loss      connections lost to one endpoint within ten seconds are one failure, over all routers. It counts a second later, and
///                 not if a pinned request lost its connection too, which may have ended the version's process
/// 2 one key       a routing key's failure counts after its previous failure, on whichever router and variant
/// 3 record        in the counts of each watched version that it concerns: the one that failed, or all of them if stable failed
/// 4 exchange      publish this router's counts as a whole, add up those of all routers
/// 5 decide        on the sum; while the cache is unavailable, on this router's own counts, if its number allows that
/// </code>
/// Each second, or more often beside the function TrafficSplitter, it also exchanges counts that changed through successes, and checks
/// versions without a ready endpoint. The exchanges of all versions go out together, so they take about as long as one. If the cache is
/// known to be unavailable, it is probed once, last, so that decisions never wait for it.
/// </remarks>
internal sealed class RolloutGuards(
    FailureQueue queue,
    RoutingTableHolder holder,
    CountExchange exchange,
    Rollbacks rollbacks,
    RouterSettings settings,
    TimeProvider time,
    ILogger<RolloutGuards> logger)
    : LoopingService
{
    private const int BatchSize = 256;

    // Each holds the counts of a version by all routers.
    private const int MostExchanges = 64;

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    // What the function TrafficSplitter counts is only in the cache, so nothing tells a router of a failure.
    private static readonly TimeSpan SplitPeriod = TimeSpan.FromMilliseconds(200);

    // How long before a version lost its last endpoint a call that was cut off may be the reason.
    private static readonly TimeSpan CutOffBefore = TimeSpan.FromMinutes(2);

    // A pinned request may lose its connection a moment after the others.
    private static readonly TimeSpan LossCountsAfter = TimeSpan.FromSeconds(1);

    private readonly LostConnections losses = new();
    private readonly Queue<FailedAttempt> lost = new();

    // Created here, so that a second that passes before the first check is not lost.
    private readonly PeriodicTimer timer = new(settings.SplitUrls is null ? Period : SplitPeriod, time);

    private long checks;

    /// <summary>How often it has checked for unreachable versions.</summary>
    internal long Checks => Interlocked.Read(ref checks);

    public override void Dispose()
    {
        base.Dispose();
        timer.Dispose();
    }

    protected override async Task RunAsync(HostLoops loops, CancellationToken stopping)
    {
        if (settings.GuardOff)
            RolloutLog.GuardOff(logger);
        // Warms up the JIT now: compiling during the first rollback would exceed its time budget.
        await Task.Run(() => GuardRehearsal.Play(time), stopping);
        // A round that fails leaves what it has not taken to the next one.
        Task<bool>? failed = null;
        Task<bool>? tick = null;
        await loops.RunAsync(
            "guard",
            async token =>
            {
                failed ??= queue.Reader.WaitToReadAsync(token).AsTask();
                tick ??= timer.WaitForNextTickAsync(token).AsTask();
                await Task.WhenAny(failed, tick);
                if (failed.IsCompleted)
                {
                    failed = null;
                    await CountAsync(token);
                }

                if (tick.IsCompleted)
                {
                    tick = null;
                    await CountLossesAsync(token);
                    await CheckAsync(token);
                    Interlocked.Increment(ref checks);
                }
            },
            stopping);
    }

    private async Task CountAsync(CancellationToken cancellation)
    {
        var batch = new List<FailedAttempt>();
        while (batch.Count < BatchSize && queue.Reader.TryRead(out var failure))
        {
            // 1
            if (failure.LostEndpoint is not { } endpoint)
                batch.Add(failure);
            // A pool's process is an endpoint of many versions, and each version has its own evidence.
            else if (losses.IsFailure(
                $"{failure.Model.Name} {failure.Watched?.Variant} {endpoint}", TimeSpan.FromTicks(failure.Time.UtcTicks)))
                lost.Enqueue(failure);
        }

        await CountAsync(batch, cancellation);
    }

    private Task CountLossesAsync(CancellationToken cancellation)
    {
        var batch = new List<FailedAttempt>();
        while (lost.TryPeek(out var failure) && time.GetUtcNow() - failure.Time >= LossCountsAfter)
        {
            lost.Dequeue();
            if (failure.Watched?.Version.HasLostPinned(failure.Time) == true)
                queue.LeftOut("pinned");
            else
                batch.Add(failure);
        }

        return CountAsync(batch, cancellation);
    }

    private async Task CountAsync(List<FailedAttempt> batch, CancellationToken cancellation)
    {
        // 2, 3
        var concerned = new Dictionary<WatchedVersion, WatchedVariant>();
        await Task.WhenAll(batch.SelectMany(failure => failure.Watched is { } one ? [one] : failure.Model.Watched, (failure, watched) =>
        {
            concerned[watched.Version] = watched;
            return RecordAsync(failure, watched, cancellation);
        }).ToList());

        await ExchangeAllAsync(concerned.Values, usesCache: exchange.IsReached, cancellation);
    }

    private async Task RecordAsync(FailedAttempt failure, WatchedVariant watched, CancellationToken cancellation)
    {
        var version = watched.Version;
        var minute = version.MinuteAt(failure.Time);
        var history = failure.KeyHash is { } key ? version.FailedKeys.Failed(key, minute) : KeyHistory.None;
        if (exchange.IsReached && version.Shared is { } shared)
        {
            try
            {
                if (failure.LostEndpoint is { } endpoint && !await shared.TakeLossAsync(endpoint, LostConnections.Window, cancellation))
                    return;
                if (failure.KeyHash is { } hash)
                {
                    var noted = await shared.NoteFailureAsync(hash, minute, cancellation);
                    history = history.Later(noted.IsFull ? KeyHistory.Forgotten : KeyHistory.From(noted.PreviousMinute, 1));
                }
            }
            catch (CacheException)
            {
                // This router's own knowledge counts.
            }
        }

        version.Recorder.Record(
            version.GroupOf(failure.ClientHash),
            new Observation(failure.Watched is not null, failure.Outcome, watched.Share, minute, history));
        version.MarkChanged();
    }

    private async Task CheckAsync(CancellationToken cancellation)
    {
        var unnumbered = new Queue<WatchedVersion>();
        var changed = new Queue<WatchedVariant>();
        foreach (var model in holder.Current?.Models ?? [])
        {
            foreach (var watched in model.Watched)
            {
                CheckReachability(model, watched);
                if (watched.Version.Number == 0)
                    unnumbered.Enqueue(watched.Version);
                if (watched.Version.ConsumeChanged() || settings.SplitUrls is not null)
                    changed.Enqueue(watched);
            }
        }

        // One call is the probe of a cache that is unavailable.
        if (!exchange.IsReached && unnumbered.TryDequeue(out var first))
            await CountExchange.TakeNumberAsync(first, cancellation);
        else if (!exchange.IsReached && changed.TryDequeue(out var probe))
            await ExchangeAsync(probe, usesCache: true, cancellation);
        if (exchange.IsReached)
            await TogetherAsync(unnumbered, version => CountExchange.TakeNumberAsync(version, cancellation), cancellation);
        await ExchangeAllAsync(changed, exchange.IsReached, cancellation);
    }

    private static Task TogetherAsync<T>(IEnumerable<T> versions, Func<T, Task> act, CancellationToken cancellation) =>
        Parallel.ForEachAsync(
            versions,
            new ParallelOptions { MaxDegreeOfParallelism = MostExchanges, CancellationToken = cancellation },
            async (version, _) => await act(version));

    private Task ExchangeAllAsync(IEnumerable<WatchedVariant> versions, bool usesCache, CancellationToken cancellation) =>
        TogetherAsync(versions, watched => ExchangeAsync(watched, usesCache, cancellation), cancellation);

    private void CheckReachability(ModelRoute model, WatchedVariant watched)
    {
        var version = watched.Version;
        var isReady = model.VariantNamed(watched.Variant)?.Endpoints.UnreachableSince is null;
        var isStableReady = model.Stable.Endpoints.UnreachableSince is null;
        if (settings.GuardOff || !version.IsUnreachable(watched.UnreachableFor, isReady, isStableReady, time.GetElapsedTime(0)))
            return;
        var unreachable = version.Reachability!.UnreachableTime;
        if (version.LastCutOff is { } last && time.GetElapsedTime(last) < unreachable + CutOffBefore)
        {
            // A call that can't be ended takes the process with it. One caller can do that to any version, so it is not evidence.
            if (version.MarkSpared())
                RolloutLog.Spared(logger, version.Trial.Model.Text, version.Trial.Version.ToString(), unreachable.TotalSeconds);
            return;
        }

        var seconds = unreachable.TotalSeconds;
        var summary = string.Create(CultureInfo.InvariantCulture, $"no ready endpoint for {seconds:0} s");
        rollbacks.Condemn(watched, RollbackReason.Unreachable, GuardEvidence.ToJson(summary), summary);
    }

    private async Task ExchangeAsync(WatchedVariant watched, bool usesCache, CancellationToken cancellation)
    {
        var version = watched.Version;
        try
        {
            // 4
            _ = version.ConsumeChanged();
            var standing = await exchange.AddUpAsync(version, usesCache, cancellation);
            version.Last = standing;
            // 5
            if (!settings.GuardOff
                && GuardRule.Decide(standing.Counts, watched.Policy, standing.Scope, version.StartedAt, time.GetUtcNow()) is { } verdict
                && MayDecide(version, standing.Scope))
                rollbacks.Condemn(watched, RollbackReason.Guard, GuardEvidence.ToJson(verdict), GuardEvidence.Summarize(verdict));
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            RolloutLog.ExchangeFailed(logger, version.Trial.Model.Text, version.Trial.Version.ToString(), e);
        }
    }

    private bool MayDecide(WatchedVersion version, GuardScope scope) =>
        scope == GuardScope.Sum || (version.Number is > 0 and var number && number <= settings.RoutersMax);
}
