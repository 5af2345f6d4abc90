using System.Net.Sockets;
using ModelServing.Router.Endpoints;
using ModelServing.Router.Forwarding.Wire;
using ModelServing.Router.Routing;

namespace ModelServing.Router.Forwarding;

/// <summary>
/// Provides a connection to one of a variant's endpoints: an idle one, or a new one. An endpoint that accepts no connection becomes
/// unreachable, and the version's next one is tried. The version has seen nothing of the request, so this is free.
/// </summary>
internal sealed class Connector(TimeProvider time)
{
    /// <summary>An endpoint that does not accept a connection within this time is unreachable; its machine is probably gone.</summary>
    internal static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(1);

    private readonly long connectLimit = (long)(ConnectLimit.TotalSeconds * time.TimestampFrequency);

    /// <summary>Provides a connection. From then on, the request counts as in flight at the connection's endpoint.</summary>
    /// <param name="route">The variant.</param>
    /// <param name="until">When the attempt ends.</param>
    /// <param name="deadline">The caller's deadline; not before <paramref name="until"/>.</param>
    /// <param name="onlyNew">Whether the connection must be a new one.</param>
    /// <param name="clientLeft">Cancelled when the client leaves.</param>
    internal ValueTask<(UpstreamConnection?, Endpoint?, ForwardResult)> ConnectAsync(
        VariantRoute route, long until, long deadline, bool onlyNew, CancellationToken clientLeft)
    {
        var i = route.Endpoints.Choose(0, route.TriesUnreachable);
        if (i < 0)
            return new((null, null, ForwardResult.NoReadyEndpoint));
        var endpoint = route.Endpoints[i];
        if (onlyNew || endpoint.TakeIdle() is not { } idle)
            return ConnectAnewAsync(route, i, until, deadline, onlyNew, clientLeft);
        endpoint.Enter();
        idle.Begin(until, clientLeft);
        return new((idle, endpoint, default));
    }

    internal static ForwardResult Interrupted(UpstreamConnection connection) =>
        connection.HasExpired ? ForwardResult.Deadline : connection.WasAbandoned ? ForwardResult.ClientLeft : ForwardResult.ConnectionLost;

    private async ValueTask<(UpstreamConnection?, Endpoint?, ForwardResult)> ConnectAnewAsync(
        VariantRoute route, int i, long until, long deadline, bool onlyNew, CancellationToken clientLeft)
    {
        var tried = 0UL;
        for (var count = 0; i >= 0 && count < route.Endpoints.Count; count++, i = route.Endpoints.Choose(tried, route.TriesUnreachable))
        {
            var endpoint = route.Endpoints[i];
            tried |= i < 64 ? 1UL << i : 0;
            if (!onlyNew && endpoint.TakeIdle() is { } idle)
            {
                endpoint.Enter();
                idle.Begin(until, clientLeft);
                return (idle, endpoint, default);
            }

            var connection = endpoint.Create();
            endpoint.Enter();
            connection.Begin(Math.Min(until, time.GetTimestamp() + connectLimit), clientLeft);
            try
            {
                await connection.ConnectAsync(endpoint.Address);
                if (endpoint.Health.State == EndpointState.Unreachable)
                    endpoint.Health.MarkReady();
                connection.Extend(until);
                return (connection, endpoint, default);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                var result = Interrupted(connection);
                connection.End();
                connection.Dispose();
                endpoint.Leave();
                if (result == ForwardResult.ClientLeft)
                    return (null, null, result);
                var now = time.GetTimestamp();
                if (now >= until)
                    return (null, null, now >= deadline ? ForwardResult.Deadline : ForwardResult.NoReadyEndpoint);
                if (!IsOwnFault(e))
                    endpoint.Health.Refused();
            }
        }

        return (null, null, ForwardResult.NoReadyEndpoint);
    }

    // A shortage in this process says nothing about the endpoint.
    private static bool IsOwnFault(Exception e) => e is SocketException
    {
        SocketErrorCode: SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable or
            SocketError.AddressNotAvailable or SocketError.AccessDenied,
    };
}
