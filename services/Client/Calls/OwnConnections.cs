namespace ModelServing.OpenInference.Calls;

/// <summary>The connections of a client that is given none.</summary>
internal static class OwnConnections
{
    /// <summary>Creates a client for HTTP.</summary>
    internal static HttpClient Create() => new(CreateHandler())
    {
        // Longer than the longest deadline of a server (10 min), so that a server that is silent for good does not hold its caller.
        Timeout = TimeSpan.FromMinutes(11),
    };

    internal static SocketsHttpHandler CreateHandler() => new()
    {
        ConnectTimeout = TimeSpan.FromSeconds(10),
        UseCookies = false,
        AllowAutoRedirect = false,
        // So a changed address of the server's name is followed.
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        // By gRPC, a connection without an answer is otherwise never found to be dead.
        KeepAlivePingDelay = TimeSpan.FromSeconds(60),
        KeepAlivePingTimeout = TimeSpan.FromSeconds(20),
        EnableMultipleHttp2Connections = true,
    };
}
