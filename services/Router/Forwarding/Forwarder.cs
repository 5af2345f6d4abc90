using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using ModelServing.Router.Routing;

namespace ModelServing.Router.Forwarding;

/// <summary>How forwarding ended.</summary>
internal enum ForwardResult
{
    /// <summary>The answer was handed to the client's connection.</summary>
    Answered,

    /// <summary>No endpoint took a connection; nothing was sent.</summary>
    NoReadyEndpoint,

    /// <summary>The connection was lost after the request was sent, before an answer came whole.</summary>
    ConnectionLost,

    /// <summary>What came back is no HTTP/1.1.</summary>
    BadAnswer,

    /// <summary>The deadline passed while the version had the request.</summary>
    Deadline,

    /// <summary>The deadline passed while the client still sent its body.</summary>
    BodyLate,

    /// <summary>The client left.</summary>
    ClientLeft,

    /// <summary>The answer had begun when it broke: the client's connection was cut, so that it can't be taken for whole.</summary>
    CutShort,
}

/// <summary>Forwards one request to one variant, as bytes.</summary>
/// <remarks>
/// <code>
/// 1 body         of the client: a short one is read whole, of a long one the beginning
/// 2 connection   an idle one, or a new one; refused: the next endpoint, none left: NoReadyEndpoint
/// 3 request      head and body leave in one packet; a long body is passed on while the answer may already come
/// 4 answer       held until it is whole, up to HoldLimit; only then does the client's answer begin, so that a connection
///                lost on the way is a problem response and not half an answer
/// 5 put back     the connection, when it may be used again
/// </code>
/// A connection that broke in 3 or 4 is not tried again: the version may have worked on the request, and POST does not promise that
/// twice is as good as once. A GET does, so one that met an idle connection in the moment of its end gets another, new one.
/// </remarks>
internal sealed class Forwarder(TimeProvider time)
{
    /// <summary>Forwards the request of <paramref name="context"/>. The response is untouched unless the result is Answered or CutShort.</summary>
    /// <exception cref="BadHttpRequestException">The client's body is at fault.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal async ValueTask<ForwardResult> ForwardAsync(HttpContext context, VariantRoute route, ModelAction action, string requestId, TimeSpan limit)
    {
        if (route.EndpointCount == 0)
            return ForwardResult.NoReadyEndpoint;
        var deadline = time.GetTimestamp() + (long)(limit.TotalSeconds * time.TimestampFrequency);
        var clientLeft = context.Features.Get<IConnectionLifetimeFeature>()?.ConnectionClosed ?? context.RequestAborted;

        // 1
        ClientBody body;
        try
        {
            body = await ClientBody.ReadAheadAsync(context.Request, action, time, deadline);
        }
        catch (BodyLateException)
        {
            return ForwardResult.BodyLate;
        }

        for (var retried = false; ; retried = true)
        {
            // 2
            var (connection, endpoint, failure) = await ConnectAsync(route, deadline, onlyNew: retried, clientLeft);
            if (connection is null)
            {
                body.Release();
                return failure;
            }

            var reusable = false;
            try
            {
                // 3, 4
                var exchange = new Exchange(context, connection, time, limit);
                var head = RequestHead.Write(ref connection.Output, context.Request, action, route, endpoint.Host, requestId, body);
                if (body.IsWhole)
                {
                    body.Release();
                    await connection.SendAsync(connection.Output.AsMemory(0, head));
                    reusable = await exchange.ReceiveAsync();
                }
                else
                {
                    reusable = await exchange.SendAndReceiveAsync(body, head);
                }

                return ForwardResult.Answered;
            }
            catch (BadAnswerException)
            {
                return CutIfStarted(context, ForwardResult.BadAnswer);
            }
            catch (BodyLateException)
            {
                return ForwardResult.BodyLate;
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or ConnectionEndedException)
            {
                var result = Interrupted(connection);
                if (result != ForwardResult.ConnectionLost || action == ModelAction.Infer || !connection.WasStale || retried)
                    return CutIfStarted(context, result);
            }
            finally
            {
                // 5
                if (connection.End() && reusable)
                    endpoint.PutBack(connection, time.GetTimestamp());
                else
                    connection.Dispose();
            }
        }
    }

    private static ValueTask<(UpstreamConnection?, Endpoint, ForwardResult)> ConnectAsync(VariantRoute route, long deadline, bool onlyNew, CancellationToken clientLeft)
    {
        var turn = route.NextTurn();
        var endpoint = route.Take(turn, 0);
        if (onlyNew || endpoint.TakeIdle() is not { } idle)
            return ConnectAnewAsync(route, turn, deadline, onlyNew, clientLeft);
        idle.Begin(deadline, clientLeft);
        return new((idle, endpoint, default));
    }

    private static async ValueTask<(UpstreamConnection?, Endpoint, ForwardResult)> ConnectAnewAsync(VariantRoute route, uint turn, long deadline, bool onlyNew, CancellationToken clientLeft)
    {
        for (var attempt = 0; attempt < route.EndpointCount; attempt++)
        {
            var endpoint = route.Take(turn, attempt);
            if (!onlyNew && endpoint.TakeIdle() is { } idle)
            {
                idle.Begin(deadline, clientLeft);
                return (idle, endpoint, default);
            }

            var connection = endpoint.Create();
            connection.Begin(deadline, clientLeft);
            try
            {
                await connection.ConnectAsync(endpoint.Address);
                return (connection, endpoint, default);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                var result = Interrupted(connection);
                connection.End();
                connection.Dispose();
                if (result != ForwardResult.ConnectionLost)
                    return (null, endpoint, result);
            }
        }

        return (null, route.Take(turn, 0), ForwardResult.NoReadyEndpoint);
    }

    private static ForwardResult Interrupted(UpstreamConnection connection) =>
        connection.HasExpired ? ForwardResult.Deadline : connection.WasAbandoned ? ForwardResult.ClientLeft : ForwardResult.ConnectionLost;

    private static ForwardResult CutIfStarted(HttpContext context, ForwardResult result)
    {
        if (!context.Response.HasStarted || result == ForwardResult.ClientLeft)
            return result;
        context.Abort();
        return ForwardResult.CutShort;
    }
}

/// <summary>The endpoint closed the connection before its answer was whole.</summary>
internal sealed class ConnectionEndedException : Exception;
