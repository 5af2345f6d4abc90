using System.Threading.Channels;
using ModelServing.Rollout.Guard;
using ModelServing.Router.Metrics;
using ModelServing.Router.Observing;
using AttemptOutcome = ModelServing.Rollout.Guard.AttemptOutcome;

namespace ModelServing.Router.Rollouts;

/// <summary>
/// Takes first attempts on the threads that poll the sockets: a success is counted there and then, a failure waits for who asks the cache
/// about it.
/// </summary>
internal sealed class FailureQueue(TimeProvider time, RouterMetrics metrics) : IAttemptObserver
{
    // Some seconds of an outage of everything. What is beyond is left out of both variants alike, so that it is no evidence for either.
    private const int Capacity = 16 * 1024;

    private readonly Channel<FailedAttempt> failures = Channel.CreateBounded<FailedAttempt>(new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true });

    internal ChannelReader<FailedAttempt> Reader => failures.Reader;

    public void Observe(in FirstAttempt attempt)
    {
        var watched = attempt.Model.WatchedOf(attempt.Variant);
        if (watched is null && (!attempt.Variant.IsStable || attempt.Model.Watched.Length == 0))
            return;
        if (OutcomeOf(attempt, (watched ?? attempt.Model.Watched[0]).Policy.SlowerThan) is not { } outcome)
            return;
        if (outcome != AttemptOutcome.Succeeded)
        {
            var lost = attempt.Outcome == Observing.AttemptOutcome.ConnectionLost ? attempt.Endpoint?.Address.ToString() : null;
            if (!failures.Writer.TryWrite(new FailedAttempt(attempt.Model, watched, outcome, lost, attempt.KeyHash, time.GetUtcNow())))
                metrics.FailureNotCounted();
        }
        else if (watched is not null)
        {
            watched.Version.Recorder.Record(new Observation(IsWatched: true, AttemptOrigin.Assigned, outcome, watched.Share, watched.Version.MinuteAt(time.GetUtcNow())));
            watched.Version.MarkChanged();
        }

        if (watched is not null && attempt.KeyHash is { } key)
            watched.Version.Keys.Add(key, watched.FewestKeys);
    }

    // Null for what says nothing of the version.
    private static AttemptOutcome? OutcomeOf(in FirstAttempt attempt, TimeSpan? slowerThan) => attempt.Outcome switch
    {
        Observing.AttemptOutcome.Success => attempt.IsNonFinite ? AttemptOutcome.NonFinite : attempt.Elapsed > slowerThan ? AttemptOutcome.Slow : AttemptOutcome.Succeeded,
        Observing.AttemptOutcome.Error or Observing.AttemptOutcome.ConnectionLost => AttemptOutcome.Error,
        _ => null,
    };
}
