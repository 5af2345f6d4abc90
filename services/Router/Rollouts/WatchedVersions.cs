using System.Collections.Concurrent;
using ModelServing.Cache;
using ModelServing.Contracts;
using ModelServing.Rollout.Guard;
using ModelServing.Rollout.Journal;
using ModelServing.Router.Rollouts.Watching;

namespace ModelServing.Router.Rollouts;

/// <summary>The versions that this router watches. Each keeps its counts while a rollout with it is served in the same trial, even at
/// weight 0.</summary>
internal sealed class WatchedVersions(RouterSettings settings, RolloutBoard board, TimeProvider time, RouterCache? cache = null)
{
    private readonly ConcurrentDictionary<VersionTrial, WatchedVersion> known = new();

    /// <summary>How each variant of a served rollout is watched, in their order; null for stable and for closed variants.</summary>
    internal WatchedVariant?[] Watch(ModelName model, EffectiveRollout served)
    {
        if (served.Rollout is not { Guard: { } guard } rollout)
            return [];
        var policy = new GuardPolicy
        {
            Tolerance = guard.Tolerance,
            FalseAlarm = guard.FalseAlarm,
            SlowerThan = guard.SlowerThanMilliseconds is { } slower ? TimeSpan.FromMilliseconds(slower) : null,
            MaxErrorRate = guard.MaxErrorRate,
            Arms = served.Variants.Count - 1,
            RoutersMax = settings.RoutersMax,
        };
        var stable = served.Variants[^1].Weight;
        return
        [
            .. served.Variants.SkipLast(1).Select(variant => variant is { Closed: null, Weight: > 0 }
                ? new WatchedVariant(
                    Watch(new VersionTrial(model, variant.Plan.Version, variant.Trial)),
                    variant.Plan.Name,
                    policy,
                    TimeSpan.FromMilliseconds(guard.UnreachableForMilliseconds),
                    TrafficShare.From(variant.Weight, stable))
                : null),
            null,
        ];
    }

    /// <summary>Forgets versions that are in no rollout any more.</summary>
    internal void KeepOnly(IReadOnlySet<VersionTrial> used)
    {
        foreach (VersionTrial trial in known.Keys.Where(trial => !used.Contains(trial)))
            known.TryRemove(trial, out _);
    }

    private WatchedVersion Watch(VersionTrial trial)
    {
        var version = known.GetOrAdd(trial, trial => new WatchedVersion(trial, time.GetUtcNow(), cache?.CountsOf(trial)));
        if (board.StateOf(trial.Model)?.StartOf(trial.Version) is { } started)
            version.StartedAt = started;
        return version;
    }
}
