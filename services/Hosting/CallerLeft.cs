using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace ModelServing.Hosting;

/// <summary>Tells a caller that left from a caller whose request is broken. All hosts must agree on it.</summary>
public static class CallerLeft
{
    /// <summary>The answer to a body that Kestrel can't read and does not call a bad request, such as a chunk whose size is too large for a
    /// number.</summary>
    public const string BrokenBody = "The body can't be read: its length or its chunks are wrong";

    // Kestrel does not tell in another way that the connection ended within the body. By then it is closed.
    private const string EndedEarly = "Unexpected end of request content.";

    /// <summary>Whether the exception means that the caller has left.</summary>
    public static bool IsShownBy(Exception failure, HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return failure switch
        {
            ConnectionResetException or ConnectionAbortedException or OperationCanceledException => true,
            BadHttpRequestException => failure.Message == EndedEarly || context.RequestAborted.IsCancellationRequested,
            IOException => context.RequestAborted.IsCancellationRequested,
            _ => false,
        };
    }

    /// <summary>Ends the connection of a caller that has left. Otherwise Kestrel may try to read the rest of the body or the next request,
    /// and log that it can't.</summary>
    public static void End(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        context.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
        context.Abort();
    }
}
