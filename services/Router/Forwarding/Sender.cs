using System.Net.Sockets;
using System.Runtime.CompilerServices;
using ModelServing.Router.Forwarding.Wire;
using ModelServing.Router.Routing;

namespace ModelServing.Router.Forwarding;

/// <summary>
/// Sends a request to one of a variant's endpoints. An endpoint that accepts no connection becomes unreachable, and the version's next one
/// is tried. The version has seen nothing of the request, so this is free.
/// </summary>
internal sealed class Sender(TimeProvider time)
{
    /// <summary>Sends the request of <paramref name="call"/>, and waits for the head of the answer.</summary>
    /// <param name="call">The request.</param>
    /// <param name="route">The variant.</param>
    /// <param name="i">The index of the endpoint that is tried first.</param>
    /// <param name="until">When the attempt ends.</param>
    /// <param name="deadline">The caller's deadline; not before <paramref name="until"/>.</param>
    /// <param name="tried">The endpoints that are not tried, as bits of their indices.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal async ValueTask<SendResult> SendAsync(
        UpstreamCall call, VariantRoute route, int i, long until, long deadline, ulong tried = 0)
    {
        // Only a short body tells when the request is sent.
        call.IsSent = call.Message.Content is not JoinedContent;
        for (var count = 1; i >= 0; count++)
        {
            var endpoint = route.Endpoints[i];
            tried |= i < 64 ? 1UL << i : 0;
            call.Message.RequestUri = endpoint.UriOf(call.Suffix);
            endpoint.Enter();
            try
            {
                return new(endpoint, await endpoint.SendAsync(call.Message, call.Cut), default);
            }
            catch (Exception e) when (IsUnreached(call, e))
            {
                endpoint.Leave();
                if (call.WasAbandoned)
                    return new(null, null, ForwardResult.ClientLeft);
                var now = time.GetTimestamp();
                if (now >= until)
                    return new(null, null, now >= deadline ? ForwardResult.Deadline : ForwardResult.NoReadyEndpoint);
                if (!IsOwnFault(e))
                    endpoint.Health.Refused();
            }
            catch (Exception e) when (call.BodyFailure is not null || IsBroken(e))
            {
                return new(endpoint, null, ResultOf(call, e));
            }

            i = count < route.Endpoints.Count ? route.Endpoints.Choose(tried, route.TriesUnreachable) : -1;
        }

        return new(null, null, ForwardResult.NoReadyEndpoint);
    }

    /// <summary>Whether the exception says that the endpoint, or the connection to it, broke.</summary>
    internal static bool IsBroken(Exception e) => e is HttpRequestException or IOException or SocketException or ObjectDisposedException
        or OperationCanceledException or BadAnswerException or ConnectionEndedException;

    /// <summary>What an endpoint did that broke a call.</summary>
    internal static ForwardResult ResultOf(UpstreamCall call, Exception e) => e switch
    {
        _ when call.HasExpired => ForwardResult.Deadline,
        _ when call.WasAbandoned => ForwardResult.ClientLeft,
        BadAnswerException => ForwardResult.BadAnswer,
        HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded } =>
            ForwardResult.BadAnswer,
        HttpIOException { HttpRequestError: HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded } =>
            ForwardResult.BadAnswer,
        // A chunk's line that is too long has no error of its own.
        HttpRequestException { HttpRequestError: HttpRequestError.Unknown, InnerException: null } => ForwardResult.BadAnswer,
        _ => ForwardResult.ConnectionLost,
    };

    // Only the time limit for a connection cancels a call that was not cut off.
    private static bool IsUnreached(UpstreamCall call, Exception e) => e switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } => true,
        OperationCanceledException => !call.IsSent || !call.Cut.IsCancellationRequested,
        _ => false,
    };

    // A shortage in this process says nothing about the endpoint.
    private static bool IsOwnFault(Exception e) => e.InnerException is SocketException
    {
        SocketErrorCode: SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable or
            SocketError.AddressNotAvailable or SocketError.AccessDenied,
    };
}
