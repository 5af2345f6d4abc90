using System.Threading.Channels;
using ModelServing.Rollout.Guard;
using ModelServing.Router.Forwarding;
using ModelServing.Router.Metrics;

namespace ModelServing.Router.Rollouts;

/// <summary>Receives first attempts on the threads that poll the sockets. It counts a success at once, and queues a failure, because
/// counting that one may query the cache.</summary>
internal sealed class FailureQueue(TimeProvider time, RouterMetrics metrics)
{
    // A few seconds of a total outage. Failures beyond that are dropped for both variants alike, so they count against neither.
    private const int Capacity = 16 * 1024;

    private readonly Channel<FailedAttempt> failures = Channel.CreateBounded<FailedAttempt>(
        new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true });

    internal ChannelReader<FailedAttempt> Reader => failures.Reader;

    /// <summary>Whether the answer took longer than the rollout allows.</summary>
    internal bool IsSlow(Attempt attempt, in AttemptResult result) =>
        (attempt.Model.WatchedOf(attempt.Route) ?? attempt.Model.Watched.FirstOrDefault()) is { } watched
        && SlowAnswer.IsSlow(attempt.Model, watched.Policy, result, time);

    /// <summary>Counts a good answer of stable: what is slow follows from these.</summary>
    internal void StableAnswered(Attempt attempt, in AttemptResult result) =>
        attempt.Model.SlowLimit.Answered(time.GetElapsedTime(0, result.Elapsed));

    /// <summary>Counts or queues an attempt of a watched variant, or of the stable variant beside one.</summary>
    internal void Add(Attempt attempt, in AttemptResult result, CallOutcome outcome)
    {
        var watched = attempt.Model.WatchedOf(attempt.Route);
        if (watched is null && (!attempt.Route.IsStable || attempt.Model.Watched.Length == 0))
            return;
        var policy = (watched ?? attempt.Model.Watched[0]).Policy;
        // A slow answer of a watched variant counts as a success, until the comparison with stable shows otherwise.
        if (watched is null && outcome == CallOutcome.Succeeded && SlowAnswer.IsEvidence(attempt.Model, policy, result, time))
            outcome = CallOutcome.Slow;
        if (outcome != CallOutcome.Succeeded)
        {
            var lost = result.Cause == ForwardResult.ConnectionLost ? result.Endpoint?.Address.ToString() : null;
            var failed = new FailedAttempt(
                attempt.Model, watched, outcome, lost, KeyOf(attempt), attempt.ClientHash, time.GetUtcNow());
            if (!failures.Writer.TryWrite(failed))
                metrics.FailureNotCounted("no-room");
        }
        else if (watched is not null)
        {
            var version = watched.Version;
            version.Recorder.Record(
                version.GroupOf(attempt.ClientHash),
                new Observation(IsWatched: true, outcome, watched.Share, version.MinuteAt(time.GetUtcNow())));
            version.MarkChanged();
        }

        CountKey(attempt);
    }

    /// <summary>Counts the routing key of a watched variant's request: with too few of them, the guard is blind.</summary>
    internal static void CountKey(Attempt attempt)
    {
        if (attempt.Model.WatchedOf(attempt.Route) is { } watched && KeyOf(attempt) is { } key)
            watched.Version.Keys.Add(key, watched.FewestKeys);
    }

    /// <summary>Counts a failure that is not evidence after all.</summary>
    internal void LeftOut(string reason) => metrics.FailureNotCounted(reason);

    /// <summary>Records that a call was cut off, of whichever kind of request.</summary>
    /// <param name="attempt">The call.</param>
    /// <param name="isLost">Whether a pinned request lost its connection.</param>
    internal void CutOff(Attempt attempt, bool isLost)
    {
        foreach (var watched in attempt.Model.Watched)
        {
            if (watched.Version.Trial.Version != attempt.Route.Version)
                continue;
            watched.Version.CutOff(time.GetTimestamp());
            if (isLost)
                watched.Version.LostPinned(time.GetUtcNow());
        }
    }

    /// <summary>Counts a first attempt as a request of its client, whatever comes of it.</summary>
    internal static void Requested(Attempt attempt)
    {
        foreach (var watched in attempt.Model.Watched)
            watched.Version.Recorder.Requested(watched.Version.GroupOf(attempt.ClientHash));
    }

    private static ulong? KeyOf(Attempt attempt) =>
        attempt.KeyHash is { } key ? ClientGroups.KeyWithin(attempt.ClientHash, key) : null;
}
