using ModelServing.Cache;
using ModelServing.Cache.Guard;
using ModelServing.Rollout.Guard;

namespace ModelServing.Router.Rollouts.Watching;

/// <summary>A version that is watched in one trial: what this router counts of it, in whatever tables it stands.</summary>
/// <param name="trial">The version and its trial.</param>
/// <param name="firstSeen">When this router first served it, for as long as the journal does not say when the trial began.</param>
/// <param name="shared">What routers tell each other about the trial; null where there is no cache.</param>
internal sealed class WatchedVersion(VersionTrial trial, DateTimeOffset firstSeen, TrialCounts? shared)
{
    private long startedTicks = firstSeen.UtcTicks;
    private int isStale;
    private int number;

    internal VersionTrial Trial => trial;

    internal TrialCounts? Shared => shared;

    /// <summary>What this router's counts are written under. One of its own for each time that the version is watched: a version that left
    /// the plan and came back in the same trial adds to what was counted then, and does not write over it.</summary>
    internal Guid Incarnation { get; } = Guid.NewGuid();

    internal GuardRecorder Recorder { get; } = new();

    internal FailedKeys FailedKeys { get; } = new();

    internal KeyCensus Keys { get; } = new();

    /// <summary>Used by the one who exchanges counts.</summary>
    internal ReachabilityWatch? Reachability { get; private set; }

    /// <summary>What the last exchange came to, for the status.</summary>
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

    /// <summary>The minute of the trial, from 1. A clock behind the one that began it is in the first.</summary>
    internal int MinuteAt(DateTimeOffset now) => (int)Math.Clamp(((now.UtcTicks - Interlocked.Read(ref startedTicks)) / TimeSpan.TicksPerMinute) + 1, 1, int.MaxValue / 2);

    /// <summary>Takes note of whether the version has a ready endpoint; true when it had none for too long.</summary>
    internal bool LookAfter(TimeSpan unreachableFor, bool isReady, bool isStableReady, TimeSpan now)
    {
        if (Reachability is null || Reachability.UnreachableFor != unreachableFor)
            Reachability = new ReachabilityWatch(unreachableFor);
        return Reachability.Look(isReady, isStableReady, now);
    }

    /// <summary>Says that counts changed since they were exchanged last.</summary>
    internal void MarkChanged() => Volatile.Write(ref isStale, 1);

    /// <summary>Whether counts changed; from now on what changes counts for the next.</summary>
    internal bool ConsumeChanged() => Interlocked.Exchange(ref isStale, 0) == 1;

    /// <summary>What counts came to.</summary>
    internal sealed record Standing(GuardCounts Counts, GuardScope Scope);
}
