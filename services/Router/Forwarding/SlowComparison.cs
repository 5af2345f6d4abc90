using System.Buffers;
using Microsoft.AspNetCore.Http;
using ModelServing.Hosting.Memory;
using ModelServing.Router.Forwarding.Wire;
using ModelServing.Router.Metrics;

namespace ModelServing.Router.Forwarding;

/// <summary>Sends a request that a variant answered well, but slowly, to stable in the background. Stable's answer is discarded; it only
/// shows whether stable is slow with this request too.</summary>
/// <remarks>A comparison costs a token of the retry budget. At most <see cref="MaxRunning"/> run at a time. Without a token or a place, the
/// slow answer is not evidence.</remarks>
internal sealed class SlowComparison(Sender sender, AttemptObserver? observer, RouterMetrics metrics, TimeProvider time)
{
    /// <summary>The most comparisons at a time. Each holds a copy of its request.</summary>
    internal const int MaxRunning = 16;

    private int running;

    /// <summary>Whether the answer took longer than the rollout allows.</summary>
    internal bool IsSlow(Attempt attempt, in AttemptResult result) =>
        observer is not null
        && attempt.IsReported
        && attempt.Model.WatchedOf(attempt.Route) is { } watched
        && result is { Status: < StatusCodes.Status400BadRequest, IsNonFinite: false }
        && SlowAnswer.IsEvidenceAgainst(attempt.Model, watched.Policy, result, time);

    /// <summary>Begins a comparison, if there is a token and a place. The body is copied before this returns.</summary>
    internal void Begin(HttpRequest request, Attempt attempt, in AttemptResult first, in ClientBody body)
    {
        var deadline = time.GetTimestamp() + (long)(attempt.Timeout.TotalSeconds * time.TimestampFrequency);
        ByteReservation? held = null;
        if (Interlocked.Increment(ref running) > MaxRunning
            || !HeldBytes.TryTakeCopy(request.HttpContext, body.Ahead.Length, out held)
            || !new Retry(attempt.Model, attempt.Route, deadline, metrics, time).Take(RetryReason.Slow))
        {
            held?.Dispose();
            Interlocked.Decrement(ref running);
            metrics.FailureNotCounted("not-compared");
            return;
        }

        var compared = attempt with
        {
            Route = attempt.Model.Stable,
            IsReported = false,
            Deadline = deadline,
            First = new FirstFailure(attempt, first),
        };
        var calls = first.Endpoint!.Calls;
        var call = calls.Begin(deadline, CancellationToken.None);
        // The client's bytes are released when this returns.
        call.Message.Content = call.JoinedTo(new ReadOnlySequence<byte>(body.Ahead.ToArray()));
        RequestHead.Write(call, request, compared, (long)attempt.Timeout.TotalMilliseconds, body);
        _ = RunAsync(compared, call, calls, held);
    }

    private async Task RunAsync(Attempt attempt, UpstreamCall call, UpstreamCalls calls, ByteReservation? held)
    {
        var times = AttemptTimes.For(attempt, time.GetTimestamp());
        try
        {
            var result = await AskAsync(attempt, call);
            observer?.Invoke(attempt, result with { Times = times });
        }
        finally
        {
            calls.End(call);
            held?.Dispose();
            Interlocked.Decrement(ref running);
        }
    }

    private async Task<AttemptResult> AskAsync(Attempt attempt, UpstreamCall call)
    {
        var began = time.GetTimestamp();
        var route = attempt.Route;
        var first = route.Endpoints.Choose(0, route.TriesUnreachable);
        var (endpoint, message, failure) = await sender.SendAsync(call, route, first, attempt.Deadline, attempt.Deadline);
        try
        {
            if (message is null)
                return new(failure);
            using (message)
            {
                var head = Answer.Read(message);
                // A body without a length is not read: the head has shown what is needed.
                if (head.Length is not null)
                    await head.Body.CopyToAsync(Stream.Null, call.Cut);
                return new(ForwardResult.Answered)
                {
                    Endpoint = endpoint,
                    Status = head.Status,
                    IsNonFinite = head.IsNonFinite,
                    Elapsed = time.GetTimestamp() - began,
                };
            }
        }
        catch (Exception e) when (Sender.IsBroken(e))
        {
            return new(Sender.ResultOf(call, e));
        }
        finally
        {
            endpoint?.Leave();
        }
    }
}
