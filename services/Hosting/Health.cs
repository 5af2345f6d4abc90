using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using ModelServing.Contracts;

namespace ModelServing.Hosting;

/// <summary>The health paths for a supervisor (Kubernetes' liveness and readiness probes).</summary>
internal static class Health
{
    internal static void Map(WebApplication app)
    {
        var readiness = app.Services.GetRequiredService<Readiness>();
        var liveness = app.Services.GetRequiredService<Liveness>();
        Map(InferencePaths.HealthLive, context => WriteAsync(context, "live", liveness.Reason));
        Map(InferencePaths.HealthReady, context => WriteAsync(
            context,
            "ready",
            readiness.Reason,
            string.Concat(readiness.Faults.Select(static fault => $"{fault.Key} fails: {fault.Value}\n"))));

        void Map(string path, RequestDelegate answer) =>
            app.Map(path, AllowedMethods.Only(answer, HttpMethods.Get));
    }

    private static Task WriteAsync(HttpContext context, string kind, string? reason, string faults = "")
    {
        context.Response.StatusCode = reason is null ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        context.Response.ContentType = "text/plain; charset=utf-8";
        var body = Encoding.UTF8.GetBytes(VisibleText.Lines((reason is null ? "ok\n" : $"not {kind}: {reason}\n") + faults));
        context.Response.ContentLength = body.Length;
        return context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }
}
