using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace ModelServing.Rpc;

/// <summary>What takes the place of the connection for a request that a call became: the call's stream. Its connection has other calls
/// too.</summary>
internal sealed class CallConnection(HttpContext call) : IConnectionLifetimeFeature, IDisposable
{
    private readonly Lock gate = new();
    private bool isOver;

    public CancellationToken ConnectionClosed { get; set; } = call.RequestAborted;

    /// <summary>Resets the stream, unless the call is over. The server uses its objects again.</summary>
    public void Abort()
    {
        lock (gate)
        {
            if (!isOver)
                call.Abort();
        }
    }

    public void Dispose()
    {
        lock (gate)
            isOver = true;
    }
}
