using ModelServing.Cache;
using ModelServing.Cache.Guard;
using ModelServing.Rollout.Guard;

namespace ModelServing.Functions.TrafficSplitter;

/// <summary>Counts first attempts for the guard of the routers, which decides on the sum of all counts in the cache.</summary>
/// <remarks>
/// For each attempt, as in a router:
/// <code>
/// 1 one loss   connections lost to one endpoint within ten seconds are one failure, over all programs
/// 2 one key    a routing key's failure counts after its previous failure, wherever that was
/// 3 record     in the counts of each watched version that it concerns
/// 4 write      all of this container's counts of these versions, before the caller gets its answer
/// </code>
/// While the cache is unavailable, counts are kept for the next call.
/// </remarks>
internal sealed class TrialCounters(SplitCache cache, TimeProvider time)
{
    // More than an environment has on trial at a time.
    private const int MostTrials = 256;

    private readonly Dictionary<VersionTrial, CountedTrial> trials = [];
    private readonly LostConnections losses = new();

    /// <summary>Counts a first attempt.</summary>
    /// <param name="request">The request that the attempt was made for.</param>
    /// <param name="clientHash">The hash of the client's name.</param>
    /// <param name="outcome">What the attempt shows; null for nothing.</param>
    /// <param name="lostEndpoint">The endpoint whose connection was lost; null for every other end.</param>
    internal async Task CountAsync(AssignedRequest request, ulong clientHash, CallOutcome? outcome, string? lostEndpoint)
    {
        var now = time.GetUtcNow();
        var isFailure = outcome is not (null or CallOutcome.Succeeded);
        // 1
        if (isFailure && lostEndpoint is not null && !losses.IsFailure(lostEndpoint, TimeSpan.FromTicks(now.UtcTicks)))
            (outcome, isFailure) = (null, false);
        foreach (var (variant, share) in WatchedIn(request))
        {
            var trial = Find(request, variant, now);
            trial.Settle();
            Observation? observation = null;
            if (outcome is { } shown && (variant == request.Variant || (request.IsStable && isFailure)))
            {
                var minute = trial.MinuteAt(now);
                var (isCounted, history) = isFailure ? await KnowAsync(trial, request, clientHash, lostEndpoint, minute) : (true, default);
                if (isCounted)
                    observation = new Observation(variant == request.Variant, shown, share, minute, history);
            }

            // 3
            trial.Add(trial.GroupOf(clientHash), observation);
            // 4
            await cache.TryAsync(async open =>
            {
                await trial.WriteAsync(new CountSlots(open, cache.Environment, trial.Trial), now);
                return true;
            });
        }
    }

    // Whether a failure is one of its own, and what is known about its key. Without the cache, this container's own knowledge counts.
    private async Task<(bool IsCounted, KeyHistory History)> KnowAsync(
        CountedTrial trial, AssignedRequest request, ulong clientHash, string? lostEndpoint, int minute)
    {
        ulong? key = request.KeyHash is { } hash ? ClientGroups.KeyWithin(clientHash, hash) : null;
        var history = key is { } own ? trial.FailedKeys.Failed(own, minute) : KeyHistory.None;
        if (key is null && lostEndpoint is null)
            return (true, history);
        var isOther = await cache.TryAsync(async open =>
        {
            var shared = new TrialCounts(open, cache.Environment, trial.Trial);
            if (lostEndpoint is not null && !await shared.TakeLossAsync(lostEndpoint, LostConnections.Window, CancellationToken.None))
                return true;
            // 2
            if (key is { } noting)
            {
                var noted = await shared.NoteFailureAsync(noting, minute, CancellationToken.None);
                history = history.Later(noted.IsFull ? KeyHistory.Forgotten : KeyHistory.From(noted.PreviousMinute, 1));
            }

            return false;
        });
        return (!isOther, history);
    }

    // As the routers watch them: not stable, not closed, and with a share.
    private static IEnumerable<(int Variant, TrafficShare Share)> WatchedIn(AssignedRequest request)
    {
        var variants = request.Rollout.Effective.Variants;
        if (request.Plan.Guard is null)
            yield break;
        for (var i = 0; i < variants.Count - 1; i++)
        {
            if (variants[i] is { Closed: null, Weight: > 0 })
                yield return (i, TrafficShare.From(variants[i].Weight, variants[^1].Weight));
        }
    }

    private CountedTrial Find(AssignedRequest request, int variant, DateTimeOffset now)
    {
        var version = request.VersionOf(variant);
        var key = new VersionTrial(request.Target.Model, version, request.TrialOf(variant));
        if (!trials.TryGetValue(key, out var trial))
        {
            if (trials.Count == MostTrials)
                trials.Clear();
            trials.Add(key, trial = new CountedTrial(key, now));
        }

        if (request.Rollout.State?.StartOf(version) is { } started)
            trial.StartedAt = started;
        return trial;
    }
}
