using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using ModelServing.Router.Forwarding.Wire;
using ModelServing.Router.Metrics;
using ModelServing.Router.Routing;
using Endpoint = ModelServing.Router.Endpoints.Endpoint;

namespace ModelServing.Router.Forwarding;

/// <summary>Forwards one request to one variant, as bytes.</summary>
/// <remarks>
/// <code>
/// 1 body         of the client: a short one is read whole, of a long one the beginning
/// 2 connection   to an endpoint (<see cref="Connector"/>); none takes one: NoReadyEndpoint
/// 3 request      head and body leave in one packet; a long body is passed on while the answer may already come
/// 4 answer       held until it is whole, up to HoldLimit; only then does the client's answer begin, so that a connection
///                lost on the way is a problem response and not half an answer
/// 5 put back     the connection, when it may be used again; what the endpoint did is told to its health, a first attempt reported
/// </code>
/// A connection that broke in 3 or 4 is not tried again here: the version may have worked on the request, and POST does not promise that
/// twice is as good as once. A GET does, so one that met an idle connection in the moment of its end gets another, new one. That
/// stable may be asked instead of another variant is <see cref="Failover"/>'s.
/// </remarks>
internal sealed class Forwarder(AttemptObserver? observer, RouterMetrics metrics, TimeProvider time)
{
    private readonly Connector connector = new(time);

    /// <summary>Forwards the request of <paramref name="context"/>. The response is untouched unless the result is Answered or CutShort.</summary>
    /// <param name="context">The client's side.</param>
    /// <param name="attempt">What is asked of which variant.</param>
    /// <param name="body">The client's body if it was read ahead, else a default value. With a <see cref="Attempt.Retry"/> it is left
    /// to the caller to release, unless something of it was sent piece by piece.</param>
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

        var isKept = attempt.Retry is not null;
        var clientLeft = context.Features.Get<IConnectionLifetimeFeature>()?.ConnectionClosed ?? context.RequestAborted;
        for (var retried = false; ; retried = true)
        {
            // 2
            var began = time.GetTimestamp();
            var until = isKept && body.IsWhole && attempt.Limit > 0 ? Math.Min(attempt.Deadline, began + attempt.Limit) : attempt.Deadline;
            var (connection, endpoint, failure) = await connector.ConnectAsync(attempt.Route, until, attempt.Deadline, onlyNew: retried, clientLeft);
            if (connection is null)
            {
                if (!isKept)
                    body.Release();
                return Ended(attempt, new(failure) { Elapsed = time.GetTimestamp() - began });
            }

            var result = new AttemptResult(ForwardResult.BodyLate);
            var reusable = false;
            connection.RequestEnd = began;
            try
            {
                // 3, 4
                var exchange = new Exchange(context, connection, time, attempt.Timeout, body.IsWhole ? attempt.Retry : null);
                var milliseconds = Math.Max(1, (long)time.GetElapsedTime(began, until).TotalMilliseconds);
                var head = RequestHead.Write(ref connection.Output, context.Request, attempt, endpoint!.Host, milliseconds, body);
                ExchangeResult answer;
                if (body.IsWhole)
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
                result = new(answer.IsHeldBack ? ForwardResult.HeldBack : ForwardResult.Answered) { Status = answer.Head.Status, IsNonFinite = answer.Head.IsNonFinite };
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
                result = result with { Endpoint = endpoint, Elapsed = Math.Max(0, ended - connection.RequestEnd) };
                endpoint!.Leave();
                if (connection.End() && reusable)
                    endpoint.PutBack(connection, ended);
                else
                    connection.Dispose();
            }

            ReportHealth(endpoint, attempt, result);
            return Ended(attempt, result);
        }
    }

    private AttemptResult Ended(in Attempt attempt, in AttemptResult result)
    {
        observer?.Invoke(attempt, result);
        return result;
    }

    // A version's 4xx are its answers; so is a body that came late or a client that left no failure of anybody's here.
    private void ReportHealth(Endpoint endpoint, in Attempt attempt, in AttemptResult result)
    {
        switch (result.Cause)
        {
            case ForwardResult.Answered when result.Status < StatusCodes.Status500InternalServerError:
                endpoint.Health.Succeeded();
                break;
            case ForwardResult.Deadline when attempt.IsShortened:
            case ForwardResult.BodyLate or ForwardResult.ClientLeft:
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
