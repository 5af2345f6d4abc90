using ModelServing.Hosting.Access;
using ModelServing.Router.Forwarding;

namespace ModelServing.Router.Recording;

/// <summary>Adds each attempt to the access log, and each request that was answered without one.</summary>
internal sealed class AttemptLog(AccessLog log, TimeProvider time)
{
    /// <summary>Whether the log has the attempts of a request, even if they don't fail. Decided once for each request, because most of
    /// them are left out in the cloud.</summary>
    internal bool IsSampled(Ulid request) => log.Wants(request, hasFailed: false);

    /// <summary>Adds an attempt that has ended. Never throws, and waits for nothing.</summary>
    internal void Add(Attempt attempt, in AttemptResult result)
    {
        var reason = ReasonOf(attempt, result);
        if (!attempt.IsSampled && !AccessRecord.HasFailed(result.Status, reason))
            return;
        var (id, route, times) = (IdOf(attempt.RequestId), attempt.Route, result.Times);
        var hasBegun = times.Attempt > 0;
        var now = time.GetTimestamp();
        log.Add(new AccessRecord
        {
            Source = AccessSource.Router,
            RequestId = id,
            Time = id.Time,
            Attempt = attempt.IsRetry ? 2 : 1,
            Model = route.Model.Text,
            Version = route.Version.Number,
            Variant = route.Variant,
            Status = result.Status,
            Reason = reason,
            Trace = AccessRecord.TraceOf(attempt.TraceParent),
            Times = new AccessTimes(time.GetElapsedTime(attempt.Began, now))
            {
                Routing = hasBegun ? time.GetElapsedTime(times.Request, times.First) : null,
                Failover = hasBegun && times.Attempt != times.First ? time.GetElapsedTime(times.First, times.Attempt) : null,
                Version = hasBegun ? time.GetElapsedTime(times.Attempt, now) : null,
            },
        });
    }

    /// <summary>Adds a request that was answered without an attempt.</summary>
    /// <param name="requestId">The request's identifier.</param>
    /// <param name="began">When it began, as the clock's timestamp.</param>
    /// <param name="status">The answer's status.</param>
    /// <param name="reason">The problem.</param>
    /// <param name="traceParent">The request's trace, if it has one.</param>
    internal void Add(string requestId, long began, int status, string? reason, string? traceParent)
    {
        var id = IdOf(requestId);
        log.Add(new AccessRecord
        {
            Source = AccessSource.Router,
            RequestId = id,
            Time = id.Time,
            Attempt = 0,
            Status = status,
            Reason = reason,
            Trace = AccessRecord.TraceOf(traceParent),
            Times = new AccessTimes(time.GetElapsedTime(began)),
        });
    }

    private static Ulid IdOf(string requestId) => Ulid.TryParse(requestId, out var id) ? id : default;

    private static string? ReasonOf(Attempt attempt, in AttemptResult result) => result.Cause switch
    {
        ForwardResult.HeldBack => AccessReasons.HeldBack,
        ForwardResult.Answered when result.IsNonFinite => AccessReasons.NonFinite,
        ForwardResult.Answered => attempt.First is { Result.Result: ForwardResult.Answered } ? AccessReasons.Comparison : null,
        ForwardResult.NoReadyEndpoint => AccessReasons.Unreachable,
        ForwardResult.ConnectionLost => "connection-lost",
        ForwardResult.BadAnswer => "bad-answer",
        ForwardResult.Deadline => "deadline",
        ForwardResult.BodyLate => "body-late",
        ForwardResult.ClientLeft => AccessReasons.ClientLeft,
        _ => "cut-short",
    };
}
