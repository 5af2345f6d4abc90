using System.Net;
using Microsoft.AspNetCore.Builder;

namespace ModelServing.Hosting;

/// <summary>
/// Refuses requests that name another host than this machine. A web page can point its own name at a loopback address (DNS rebinding), and
/// its scripts then reach every local server; but they can't hide the name.
/// </summary>
public static class LoopbackHosts
{
    private static readonly Problem Foreign = new(421, "foreign-host", "Foreign host");

    /// <summary>Adds the check, before everything that is added later.</summary>
    public static void Require(IApplicationBuilder app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.Use(static next => context => IsLoopback(context.Request.Host.Host)
            ? next(context)
            : Foreign.WriteAsync(
                context,
                $"The Host is '{context.Request.Host}'; this server answers only to localhost and to loopback addresses"));
    }

    // HTTP/1.0 knows no Host, and no browser sends that.
    internal static bool IsLoopback(string host) =>
        host.Length == 0
        || host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
}
