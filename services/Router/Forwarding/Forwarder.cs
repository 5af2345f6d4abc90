using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using ModelServing.Contracts;
using ModelServing.Router.Endpoints;
using ModelServing.Router.Forwarding.Wire;
using ModelServing.Router.Metrics;
using ModelServing.Router.Routing;
using Endpoint = ModelServing.Router.Endpoints.Endpoint;

namespace ModelServing.Router.Forwarding;

/// <summary>Forwards the bytes of one request to one variant.</summary>
/// <remarks>
/// <code>
/// 1 body         of the client: a short one is read completely, a long one in part, unless it may be sent twice
/// 2 request      its head and, if it is short, its body in one packet
/// 3 sending      to an endpoint (<see cref="Sender"/>); if none accepts a connection: NoReadyEndpoint. A long body is sent in pieces, once
///                the version has not refused the request by its head
/// 4 answer       held until it is complete, up to HoldLimit; only then does the client's answer begin, so a connection that is
///                lost on the way becomes a problem response, not half an answer
/// 5 report       to the endpoint's health and to the observer
/// </code>
/// If the connection breaks in 3 or 4, the request is not sent again here: the version may have worked on it, and POST does not promise
/// that sending twice is harmless. GET does, so the HTTP client sends a GET again if its connection ends before an answer begins. Retries
/// on stable are up to <see cref="Failover"/>, and a second try at another process of a pool is up to <see cref="SecondTry"/>.
/// </remarks>
internal sealed class Forwarder(AttemptObserver? observer, RouterMetrics metrics, TimeProvider time)
{
    // How much longer than the attempt limit a version has to say whether its own work made it late.
    private const int PartToExplain = 5;
    private static readonly TimeSpan MostToExplain = TimeSpan.FromMilliseconds(250);

    private readonly Sender sender = new(time);

    /// <summary>Compares slow answers with the same sender.</summary>
    internal SlowComparison Comparison => field ??= new(sender, observer, metrics, time);

    /// <summary>Forwards the request of <paramref name="context"/>. The response is untouched unless the result is Answered or
    /// CutShort.</summary>
    /// <param name="context">The client's side.</param>
    /// <param name="attempt">The attempt to make.</param>
    /// <param name="body">The client's body if it was read ahead; otherwise a default value. If the attempt
    /// <see cref="Attempt.KeepsBody"/>, the caller releases it, unless it is not whole and an endpoint has the request.</param>
    /// <exception cref="BadHttpRequestException">The client's body is at fault.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal async ValueTask<AttemptResult> ForwardAsync(HttpContext context, Attempt attempt, ClientBody body)
    {
        // 1
        if (!body.WasBegun)
        {
            if (attempt.Route.Endpoints.Count == 0)
                return Ended(attempt, new(ForwardResult.NoReadyEndpoint));
            try
            {
                body = await ClientBody.ReadAheadAsync(context.Request, attempt.Action, isKept: false, time, attempt.Deadline);
            }
            catch (BodyLateException)
            {
                return new(ForwardResult.BodyLate);
            }
        }

        using var span = AttemptSpan.Start(attempt);
        if (span is not null)
            attempt = attempt with { TraceParent = span.Id, IsTraced = true };
        var isKept = attempt.KeepsBody;
        var clientLeft = context.Features.Get<IConnectionLifetimeFeature>()?.ConnectionClosed ?? context.RequestAborted;
        // 2
        var began = time.GetTimestamp();
        if (attempt.IsShortenedAt(began, time))
            attempt = attempt with { IsShortened = true };
        var times = AttemptTimes.For(attempt, began);
        var isCutOff = attempt.Retry is not null && body.IsWhole && attempt.Limit > 0;
        var until = isCutOff ? Math.Min(attempt.Deadline, began + attempt.Limit) : attempt.Deadline;
        var route = attempt.Route;
        var first = route.Endpoints.Choose(attempt.LeftOut, route.TriesUnreachable);
        if (first < 0)
        {
            if (!isKept)
                body.Release();
            return Ended(attempt, new(ForwardResult.NoReadyEndpoint) { Times = times, Elapsed = time.GetTimestamp() - began }, span);
        }

        var calls = route.Endpoints[first].Calls;
        var call = calls.Begin(isCutOff ? Math.Min(attempt.Deadline, until + TimeToExplain(attempt)) : until, clientLeft);
        Endpoint? endpoint = null;
        var result = new AttemptResult(ForwardResult.BodyLate);
        try
        {
            call.RequestEnd = began;
            var streamed = body.IsJoined ? null : new StreamedContent(call, body, isKept && body.IsWhole, time);
            if (attempt.Action == ModelAction.Infer)
                call.Message.Content = streamed ?? (HttpContent)call.JoinedTo(body.Ahead);
            RequestHead.Write(call, context.Request, attempt, Math.Max(1, (long)time.GetElapsedTime(began, until).TotalMilliseconds), body);
            // 3
            ForwardResult failure;
            HttpResponseMessage? message;
            try
            {
                (endpoint, message, failure) = await sender.SendAsync(call, route, first, until, attempt.Deadline, attempt.LeftOut);
            }
            finally
            {
                // A streamed body releases its pieces itself. One that is not whole can't be sent again once an endpoint has the request's
                // head, so there is nothing to keep it for.
                if ((!isKept || (!body.IsWhole && endpoint is not null)) && streamed is not { HasBegun: true })
                    body.Release();
            }

            if (call.BodyFailure is { } fault)
                ExceptionDispatchInfo.Throw(fault);
            // Otherwise the rest of the body would be read as the next request.
            if (streamed is { HasBegun: false } && !body.IsWhole && !context.Response.HasStarted)
                context.Response.Headers.Connection = "close";
            if (message is null)
            {
                result = CutIfStarted(context, failure);
            }
            else
            {
                // 4
                using (message)
                {
                    var head = Answer.Read(message);
                    var exchange = new Exchange(context, call, time, attempt.Timeout, body.IsWhole ? attempt.Retry : null, times);
                    result = isCutOff && head.Status < StatusCodes.Status400BadRequest && time.GetTimestamp() >= until
                        ? new(ForwardResult.Deadline)
                        {
                            IsBusy = LateAnswer.IsOfOthers(SlowAnswer.WorkIn(head.Timing), time.GetElapsedTime(0, attempt.Limit)),
                        }
                        : new(await exchange.ReceiveAsync(head) ? ForwardResult.HeldBack : ForwardResult.Answered)
                        {
                            Status = head.Status,
                            IsNonFinite = head.IsNonFinite,
                            IsBusy = head.IsBusy,
                            Timing = head.Timing,
                        };
                }
            }
        }
        catch (BodyLateException)
        {
        }
        catch (Exception e) when (call.BodyFailure is null && Sender.IsBroken(e))
        {
            result = CutIfStarted(context, Sender.ResultOf(call, e));
        }
        finally
        {
            var ended = time.GetTimestamp();
            var elapsed = Math.Max(0, ended - call.RequestEnd - call.ClientTime);
            result = result with { Endpoint = endpoint, Times = times, Ended = endpoint is null ? 0 : ended, Elapsed = elapsed };
            if (!body.IsWhole && attempt.IsShortenedAt(call.RequestEnd, time))
                attempt = attempt with { IsShortened = true };
            if (endpoint is not null)
                result = WithWhoseTime(result, endpoint.Health, isCutOff ? began : long.MaxValue);
            endpoint?.Leave();
            calls.End(call);
        }

        // 5
        if (endpoint is not null)
            ReportHealth(endpoint, attempt, result);
        return Ended(attempt, result, span);
    }

    private long TimeToExplain(Attempt attempt) =>
        Math.Min(attempt.Limit / PartToExplain, (long)(MostToExplain.TotalSeconds * time.TimestampFrequency));

    // Inference says why it is late, unless nothing in its process gets the processor in time. If it answers other requests meanwhile, it
    // is not the version that hangs.
    private static AttemptResult WithWhoseTime(in AttemptResult result, EndpointHealth health, long cutOffBegan)
    {
        if (result.Cause is ForwardResult.Answered or ForwardResult.HeldBack)
        {
            health.Answered(result.Ended);
            if (!health.ReportsWork && SlowAnswer.WorkIn(result.Timing) is not null)
                health.ReportedWork();
            return result;
        }

        return result.Cause == ForwardResult.Deadline && health.ReportsWork && health.HasAnsweredSince(cutOffBegan)
            ? result with { IsBusy = true }
            : result;
    }

    private AttemptResult Ended(Attempt attempt, in AttemptResult result, Activity? span = null)
    {
        if (span is not null)
            AttemptSpan.End(span, result);
        observer?.Invoke(attempt, result);
        return result with { WasObserved = true };
    }

    // A 4xx is a good answer, also one that is held back. A late body, a client that left, and a deadline that the client shortened are not
    // the endpoint's fault.
    private void ReportHealth(Endpoint endpoint, Attempt attempt, in AttemptResult result)
    {
        switch (result.Cause)
        {
            case ForwardResult.Answered or ForwardResult.HeldBack when result.IsRefusal:
                break;
            case ForwardResult.Answered or ForwardResult.HeldBack when result.Status < StatusCodes.Status500InternalServerError:
                attempt.Route.Endpoints.Succeeded(endpoint);
                break;
            case ForwardResult.BodyLate or ForwardResult.ClientLeft:
            case var _ when attempt.IsShortened && result.HasMissedDeadline:
                break;
            default:
                if (result.Cause == ForwardResult.ConnectionLost && !attempt.Route.TriesUnreachable)
                    attempt.Route.Endpoints.Lost(endpoint);
                if (attempt.Route.Endpoints.Failed(endpoint))
                    metrics.Ejected(endpoint.Entry);
                break;
        }
    }

    private static AttemptResult CutIfStarted(HttpContext context, ForwardResult cause)
    {
        if (!context.Response.HasStarted || cause == ForwardResult.ClientLeft)
            return new(cause);
        context.Abort();
        return new(ForwardResult.CutShort) { Cause = cause };
    }
}
