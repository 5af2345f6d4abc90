using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

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
        var time = app.ApplicationServices.GetService<TimeProvider>() ?? TimeProvider.System;
        app.Use(next => context => IsLoopback(context.Request.Host.Host) ? next(context) : RefuseAsync(context, time));
    }

    private static Task RefuseAsync(HttpContext context, TimeProvider time)
    {
        OwnAnswers.Identify(context, time);
        return Foreign.WriteAsync(
            context, $"The Host is '{context.Request.Host}'; this server answers only to localhost and to loopback addresses");
    }

    // HTTP/1.0 knows no Host, and no browser sends that.
    internal static bool IsLoopback(string host) =>
        host.Length == 0
        || host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
}
