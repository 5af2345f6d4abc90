using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using ModelServing.Router.Forwarding.Wire;
using ModelServing.Router.Metrics;
using ModelServing.Router.Routing;
using Endpoint = ModelServing.Router.Endpoints.Endpoint;

namespace ModelServing.Router.Forwarding;

/// <summary>Forwards the bytes of one request to one variant.</summary>
/// <remarks>
/// <code>
/// 1 body         of the client: a short one is read completely, a long one in part, unless it may be sent twice
/// 2 connection   to an endpoint (<see cref="Connector"/>); if none accepts one: NoReadyEndpoint
/// 3 request      head and body leave in one packet; a long body is sent in pieces while the answer may already arrive
/// 4 answer       held until it is complete, up to HoldLimit; only then does the client's answer begin, so a connection that is
///                lost on the way becomes a problem response, not half an answer
/// 5 put back     the connection, if it may be used again; report to the endpoint's health and to the observer
/// </code>
/// If the connection breaks in 3 or 4, the request is not sent again here: the version may have worked on it, and POST does not promise
/// that sending twice is harmless. GET does, so a GET on an idle connection that is just closing is sent again once, on a new one. Retries
/// on stable are up to <see cref="Failover"/>.
/// </remarks>
internal sealed class Forwarder(AttemptObserver? observer, RouterMetrics metrics, TimeProvider time)
{
    private readonly Connector connector = new(time);

    /// <summary>Compares slow answers over the same connections.</summary>
    internal SlowComparison Comparison => field ??= new(connector, observer, metrics, time);

    /// <summary>Forwards the request of <paramref name="context"/>. The response is untouched unless the result is Answered or
    /// CutShort.</summary>
    /// <param name="context">The client's side.</param>
    /// <param name="attempt">The attempt to make.</param>
    /// <param name="body">The client's body if it was read ahead; otherwise a default value. With a <see cref="Attempt.Retry"/>, the caller
    /// releases it, unless a part of it was streamed.</param>
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
        var isKept = attempt.Retry is not null;
        var clientLeft = context.Features.Get<IConnectionLifetimeFeature>()?.ConnectionClosed ?? context.RequestAborted;
        for (var retried = false; ; retried = true)
        {
            // 2
            var began = time.GetTimestamp();
            if (attempt.IsShortenedAt(began, time))
                attempt = attempt with { IsShortened = true };
            var times = AttemptTimes.For(attempt, began);
            var until = isKept && body.IsWhole && attempt.Limit > 0 ? Math.Min(attempt.Deadline, began + attempt.Limit) : attempt.Deadline;
            var (connection, endpoint, failure) =
                await connector.ConnectAsync(attempt.Route, until, attempt.Deadline, onlyNew: retried, clientLeft);
            if (connection is null)
            {
                if (!isKept)
                    body.Release();
                return Ended(attempt, new(failure) { Times = times, Elapsed = time.GetTimestamp() - began }, span);
            }

            var result = new AttemptResult(ForwardResult.BodyLate);
            var reusable = false;
            connection.RequestEnd = began;
            try
            {
                // 3, 4
                var exchange = new Exchange(context, connection, time, attempt.Timeout, body.IsWhole ? attempt.Retry : null, times);
                var milliseconds = Math.Max(1, (long)time.GetElapsedTime(began, until).TotalMilliseconds);
                var head = RequestHead.Write(ref connection.Output, context.Request, attempt, endpoint!.Host, milliseconds, body);
                ExchangeResult answer;
                if (body.IsJoined)
                {
                    if (!isKept)
                        body.Release();
                    await connection.SendAsync(connection.Output.AsMemory(0, head));
                    answer = await exchange.ReceiveAsync();
                }
                else
                {
                    answer = await exchange.SendAndReceiveAsync(body, head);
                }

                reusable = answer.IsReusable;
                result = new(answer.IsHeldBack ? ForwardResult.HeldBack : ForwardResult.Answered)
                {
                    Status = answer.Head.Status,
                    IsNonFinite = answer.Head.IsNonFinite,
                    IsBusy = answer.Head.IsBusy,
                };
            }
            catch (BadAnswerException)
            {
                result = CutIfStarted(context, ForwardResult.BadAnswer);
            }
            catch (BodyLateException)
            {
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or ConnectionEndedException)
            {
                var broken = Connector.Interrupted(connection);
                if (broken == ForwardResult.ConnectionLost && attempt.Action != ModelAction.Infer && connection.WasStale && !retried)
                    continue;
                result = CutIfStarted(context, broken);
            }
            finally
            {
                // 5
                var ended = time.GetTimestamp();
                var elapsed = Math.Max(0, ended - connection.RequestEnd - connection.ClientTime);
                result = result with { Endpoint = endpoint, Times = times, Ended = ended, Elapsed = elapsed };
                if (!body.IsWhole && attempt.IsShortenedAt(connection.RequestEnd, time))
                    attempt = attempt with { IsShortened = true };
                endpoint!.Leave();
                if (connection.End() && reusable)
                    endpoint.PutBack(connection, ended);
                else
                    connection.Dispose();
            }

            ReportHealth(endpoint, attempt, result);
            return Ended(attempt, result, span);
        }
    }

    private AttemptResult Ended(in Attempt attempt, in AttemptResult result, Activity? span = null)
    {
        if (span is not null)
            AttemptSpan.End(span, result);
        observer?.Invoke(attempt, result);
        return result with { WasObserved = true };
    }

    // A 4xx is a good answer, also one that is held back. A late body, a client that left, and a deadline that the client shortened are not
    // the endpoint's fault.
    private void ReportHealth(Endpoint endpoint, in Attempt attempt, in AttemptResult result)
    {
        switch (result.Cause)
        {
            case ForwardResult.Answered or ForwardResult.HeldBack when result.IsRefusal:
                break;
            case ForwardResult.Answered or ForwardResult.HeldBack when result.Status < StatusCodes.Status500InternalServerError:
                endpoint.Health.Succeeded();
                break;
            case ForwardResult.BodyLate or ForwardResult.ClientLeft:
            case var _ when attempt.IsShortened && result.HasMissedDeadline:
                break;
            default:
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
