using ModelServing.Rollout.Guard;

namespace ModelServing.Services.Tests.Rollout.Guard;

/// <summary>Observations and counts for tests of the guard.</summary>
internal static class Some
{
    /// <summary>5% of the traffic.</summary>
    internal static readonly TrafficShare Share = TrafficShare.From(500, 9500);

    internal static readonly GuardPolicy Policy = new() { RoutersMax = 8 };

    internal static Observation Failure(
        bool isWatched,
        int minute,
        CallOutcome outcome = CallOutcome.Error,
        TrafficShare? share = null,
        KeyHistory key = default) =>
        new(isWatched, outcome, share ?? Share, minute, key);

    internal static Observation Success(int minute, TrafficShare? share = null) =>
        new(IsWatched: true, CallOutcome.Succeeded, share ?? Share, minute);

    internal static GuardCounts Counts(params IEnumerable<Observation> observations)
    {
        var recorder = new GuardRecorder();
        foreach (var observation in observations)
            recorder.Record(observation);
        return recorder.Read();
    }
}
