using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ModelServing.Cache;
using ModelServing.Contracts;
using ModelServing.Contracts.Journal;
using ModelServing.Rollout.Guard;
using ModelServing.Router.Metrics;
using ModelServing.Router.Rollouts.Watching;
using ModelServing.Router.Routing;

namespace ModelServing.Router.Rollouts;

/// <summary>
/// Counts failures, weighs them together with those of other routers, and condemns. Whatever the cache does, requests never wait for it.
/// </summary>
/// <remarks>
/// For each bunch of failures that came together:
/// <code>
/// 1 one loss      connections lost to one endpoint within ten seconds are one failure, over all routers
/// 2 one key       a routing key's failure counts after its failure before, on whichever router and variant
/// 3 record        in the counts of each watched version that it concerns: the one that failed, or all of them when stable did
/// 4 exchange      publish this router's counts whole, add up those of all
/// 5 decide        on the sum; while the cache is away on this router's own, if its number allows that
/// </code>
/// Each second: counts that changed by successes are exchanged too, versions without a ready endpoint are looked after. Only then a cache
/// that is known to be away is asked, once: what is to be decided does not wait for it.
/// </remarks>
internal sealed class RolloutGuards(FailureQueue queue, RoutingTableHolder holder, RolloutBoard board, JournalKeeper keeper, RouterIncarnation router, RouterSettings settings, RouterMetrics metrics, TimeProvider time, ILogger<RolloutGuards> logger, RouterCache? cache = null)
    : BackgroundService
{
    private const int Bunch = 256;

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly LostConnections losses = new();

    // From the start on: a second that passes before the first look is not lost to it.
    private readonly PeriodicTimer timer = new(Period, time);

    private long looks;

    /// <summary>How often it has looked after versions that can't be reached.</summary>
    internal long Looks => Interlocked.Read(ref looks);

    private bool IsReached => cache is { IsReached: true };

    /// <summary>Condemns a version; false where it is condemned already.</summary>
    internal bool Condemn(RolledBackEvent decision, string summary)
    {
        if (!board.Condemn(decision))
            return false;
        RolloutLog.Condemned(logger, decision.Model.Text, decision.Version.ToString(), decision.Trial, decision.Reason.ToString(), summary);
        metrics.RolledBack(decision);
        keeper.Wake();
        return true;
    }

    public override void Dispose()
    {
        base.Dispose();
        timer.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (settings.GuardOff)
            RolloutLog.GuardOff(logger);
        // Not for the first time when a version begins to fail: compiled then, all of this would take longer than the verdict may.
        await Task.Run(() => GuardRehearsal.Play(time), stoppingToken);
        var (failed, tick) = (queue.Reader.WaitToReadAsync(stoppingToken).AsTask(), timer.WaitForNextTickAsync(stoppingToken).AsTask());
        try
        {
            while (true)
            {
                await Task.WhenAny(failed, tick);
                if (failed.IsCompleted)
                {
                    await failed;
                    await CountAsync(stoppingToken);
                    failed = queue.Reader.WaitToReadAsync(stoppingToken).AsTask();
                }

                if (tick.IsCompleted)
                {
                    if (!await tick)
                        return;
                    await LookAsync(stoppingToken);
                    Interlocked.Increment(ref looks);
                    tick = timer.WaitForNextTickAsync(stoppingToken).AsTask();
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private async Task CountAsync(CancellationToken cancellation)
    {
        var bunch = new List<FailedAttempt>();
        while (bunch.Count < Bunch && queue.Reader.TryRead(out var failure))
        {
            // 1
            if (failure.LostEndpoint is not { } endpoint || losses.IsFailure(endpoint, TimeSpan.FromTicks(failure.Time.UtcTicks)))
                bunch.Add(failure);
        }

        // 2, 3
        var concerned = new Dictionary<WatchedVersion, WatchedVariant>();
        await Task.WhenAll(bunch.SelectMany(failure => failure.Watched is { } one ? [one] : failure.Model.Watched, (failure, watched) =>
        {
            concerned[watched.Version] = watched;
            return RecordAsync(failure, watched, cancellation);
        }).ToList());

        foreach (var watched in concerned.Values)
            await ExchangeAsync(watched, isAsked: IsReached, cancellation);
    }

    private async Task RecordAsync(FailedAttempt failure, WatchedVariant watched, CancellationToken cancellation)
    {
        var version = watched.Version;
        var minute = version.MinuteAt(failure.Time);
        var history = failure.KeyHash is { } key ? version.FailedKeys.Failed(key, minute) : KeyHistory.None;
        if (IsReached && version.Shared is { } shared)
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
                // What this router knows by itself counts.
            }
        }

        version.Recorder.Record(new Observation(failure.Watched is not null, failure.Outcome, watched.Share, minute, history));
        version.MarkChanged();
    }

    private async Task LookAsync(CancellationToken cancellation)
    {
        var isAsked = true;
        foreach (var model in holder.Current?.Models ?? [])
        {
            foreach (var watched in model.Watched)
            {
                LookAfter(model, watched);
                if (isAsked && watched.Version.Number == 0)
                {
                    await TakeNumberAsync(watched.Version, cancellation);
                    isAsked = IsReached;
                }

                if (watched.Version.ConsumeChanged())
                {
                    await ExchangeAsync(watched, isAsked, cancellation);
                    isAsked = IsReached;
                }
            }
        }
    }

    private void LookAfter(ModelRoute model, WatchedVariant watched)
    {
        var version = watched.Version;
        var isReady = model.VariantNamed(watched.Variant)?.Endpoints.UnreachableSince is null;
        if (!settings.GuardOff && version.LookAfter(watched.UnreachableFor, isReady, model.Stable.Endpoints.UnreachableSince is null, time.GetElapsedTime(0)))
        {
            var summary = string.Create(CultureInfo.InvariantCulture, $"no ready endpoint for {version.Reachability!.AwayFor.TotalSeconds:0} s");
            Condemn(Decision(watched, RollbackReason.Unreachable, GuardEvidence.ToJson(summary)), summary);
        }
    }

    private async Task ExchangeAsync(WatchedVariant watched, bool isAsked, CancellationToken cancellation)
    {
        var version = watched.Version;
        try
        {
            // 4
            _ = version.ConsumeChanged();
            version.Last = await AddUpAsync(version, isAsked, cancellation);
            if (version.Last is not { } standing)
                return;
            // 5
            if (!settings.GuardOff && GuardRule.Decide(standing.Counts, watched.Policy, standing.Scope, version.StartedAt, time.GetUtcNow()) is { } verdict && MayDecide(version, standing.Scope))
                Condemn(Decision(watched, RollbackReason.Guard, GuardEvidence.ToJson(verdict)), GuardEvidence.Summarize(verdict));
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            RolloutLog.ExchangeFailed(logger, version.Trial.Model.Text, version.Trial.Version.ToString(), e);
        }
    }

    private bool MayDecide(WatchedVersion version, GuardScope scope) => scope == GuardScope.Sum || (version.Number is > 0 and var number && number <= settings.RoutersMax);

    private async Task<WatchedVersion.Standing> AddUpAsync(WatchedVersion version, bool isAsked, CancellationToken cancellation)
    {
        var own = version.Recorder.Read();
        // Without a cache there is one router, or each is for itself.
        if (version.Shared is not { } shared)
            return new(own, settings.RoutersMax == 1 ? GuardScope.Sum : GuardScope.Local);
        if (!isAsked)
            return Alone();
        try
        {
            await shared.WriteAsync(version.Incarnation, own.ToBytes(), cancellation);
            var others = (await shared.ReadAsync(cancellation)).Where(pair => pair.Key != version.Incarnation).Select(static pair => Parse(pair.Value)).OfType<GuardCounts>();
            return new(GuardCounts.Sum(others.Prepend(own)), GuardScope.Sum);
        }
        catch (CacheException)
        {
            return Alone();
        }

        // What was not told is told when it answers again.
        WatchedVersion.Standing Alone()
        {
            version.MarkChanged();
            return new(own, GuardScope.Local);
        }
    }

    // What another version of this program wrote otherwise is left out, of both variants alike.
    private static GuardCounts? Parse(ReadOnlyMemory<byte> counts)
    {
        try
        {
            return GuardCounts.Parse(counts.Span);
        }
        catch (ContractException)
        {
            return null;
        }
    }

    private static async Task TakeNumberAsync(WatchedVersion version, CancellationToken cancellation)
    {
        try
        {
            version.Number = version.Shared is { } shared ? (int)Math.Min(await shared.TakeNumberAsync(version.Incarnation, cancellation), int.MaxValue) : 0;
        }
        catch (CacheException)
        {
            // Without one it does not decide alone.
        }
    }

    private RolledBackEvent Decision(WatchedVariant watched, RollbackReason reason, JsonElement evidence) => new()
    {
        Model = watched.Version.Trial.Model,
        Time = time.GetUtcNow(),
        Version = watched.Version.Trial.Version,
        Trial = watched.Version.Trial.Trial,
        Variant = watched.Variant,
        Reason = reason,
        Who = router.Name,
        Evidence = evidence,
    };
}
