using ModelServing.Cache;
using ModelServing.Cache.Guard;
using ModelServing.Rollout.Guard;

namespace ModelServing.Router.Rollouts.Watching;

/// <summary>A version that is watched in one trial, and what this router counts of it. The same object in every routing table.</summary>
/// <param name="trial">The version and its trial.</param>
/// <param name="firstSeen">When this router first served it. It counts as the trial's start until the journal reports that.</param>
/// <param name="shared">The counts that routers share through the cache; null without a cache.</param>
internal sealed class WatchedVersion(VersionTrial trial, DateTimeOffset firstSeen, TrialCounts? shared)
{
    private long startedTicks = firstSeen.UtcTicks;
    private long lastCutOff;
    private long pinnedLossTicks;
    private int isSpared;
    private int isStale;
    private int number;

    internal VersionTrial Trial => trial;

    internal TrialCounts? Shared => shared;

    /// <summary>The key of this router's counts in the cache. It is new each time the version is watched: a version that left the plan and
    /// returned in the same trial adds to its earlier counts instead of overwriting them.</summary>
    internal Guid Incarnation { get; } = Guid.NewGuid();

    internal ClientRecorder Recorder { get; } = new();

    private readonly ulong trialHash = ClientGroups.HashOf(trial.Model, trial.Version, trial.Trial);

    internal FailedKeys FailedKeys { get; } = new();

    internal KeyCensus Keys { get; } = new();

    /// <summary>Used only by the thread that exchanges counts.</summary>
    internal ReachabilityWatch? Reachability { get; private set; }

    /// <summary>The result of the last exchange, for the status.</summary>
    internal Standing? Last { get; set; }

    /// <summary>This router's number of the trial, from 1; 0 while it has none.</summary>
    internal int Number
    {
        get => Volatile.Read(ref number);
        set => Volatile.Write(ref number, value);
    }

    /// <summary>When the trial began.</summary>
    internal DateTimeOffset StartedAt
    {
        get => new(Interlocked.Read(ref startedTicks), TimeSpan.Zero);
        set => Interlocked.Exchange(ref startedTicks, value.UtcTicks);
    }

    /// <summary>The minute of the trial, from 1; also 1 if this clock is behind the one that started the trial.</summary>
    internal int MinuteAt(DateTimeOffset now) =>
        (int)Math.Clamp(((now.UtcTicks - Interlocked.Read(ref startedTicks)) / TimeSpan.TicksPerMinute) + 1, 1, int.MaxValue / 2);

    /// <summary>The group of a client in this trial.</summary>
    internal int GroupOf(ulong clientHash) => ClientGroups.GroupOf(clientHash, trialHash);

    /// <summary>Records whether the version has a ready endpoint; true if it had none for too long.</summary>
    internal bool IsUnreachable(TimeSpan unreachableFor, bool isReady, bool isStableReady, TimeSpan now)
    {
        if (Reachability is null || Reachability.UnreachableFor != unreachableFor)
            Reachability = new ReachabilityWatch(unreachableFor);
        return Reachability.Check(isReady, isStableReady, now);
    }

    /// <summary>Records that a call of the version was cut off.</summary>
    internal void CutOff(long timestamp) => Interlocked.Exchange(ref lastCutOff, timestamp);

    /// <summary>When a call of the version was last cut off, as the clock's timestamp; null for never.</summary>
    internal long? LastCutOff => Interlocked.Read(ref lastCutOff) is not 0 and var last ? last : null;

    /// <summary>Records that a pinned request lost its connection to the version.</summary>
    internal void LostPinned(DateTimeOffset now) => Interlocked.Exchange(ref pinnedLossTicks, now.UtcTicks);

    /// <summary>Whether a pinned request lost its connection at about the same time. What it does to the version's process, and so to other
    /// requests, is not evidence.</summary>
    internal bool HasLostPinned(DateTimeOffset then) =>
        Math.Abs(then.UtcTicks - Interlocked.Read(ref pinnedLossTicks)) < LostConnections.Window.Ticks;

    /// <summary>Records that the version was not condemned although it is unreachable; true the first time.</summary>
    internal bool MarkSpared() => Interlocked.Exchange(ref isSpared, 1) == 0;

    /// <summary>Records that counts changed since they were last exchanged.</summary>
    internal void MarkChanged() => Volatile.Write(ref isStale, 1);

    /// <summary>Returns whether counts changed since the last call, and resets the flag.</summary>
    internal bool ConsumeChanged() => Interlocked.Exchange(ref isStale, 0) == 1;

    /// <summary>Counts, and whether they are the sum over all routers or this router's own.</summary>
    internal sealed record Standing(ClientCounts Counts, GuardScope Scope);
}
