using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using ModelServing.Contracts;

namespace ModelServing.Hosting;

/// <summary>Makes a span of each request of a host, as a part of its caller's trace (W3C Trace Context). Probes and reads of metrics have
/// none.</summary>
internal static class RequestTracing
{
    internal static RequestDelegate Trace(RequestDelegate next) => context =>
        IsProbe(context.Request.Path) ? next(context) : TraceAsync(next, context);

    private static bool IsProbe(PathString path) =>
        path.StartsWithSegments("/health") || path.StartsWithSegments("/v2/health") || path == InferencePaths.Metrics;

    private static async Task TraceAsync(RequestDelegate next, HttpContext context)
    {
        var request = context.Request;
        _ = ActivityContext.TryParse(request.Headers.TraceParent, request.Headers.TraceState, isRemote: true, out var caller);
        using var span = Tracing.Source.StartActivity(NameOf(request), ActivityKind.Server, caller);
        if (span is null)
        {
            await next(context);
            return;
        }

        span.SetTag("http.request.method", request.Method);
        span.SetTag("url.path", request.Path.Value);
        try
        {
            await next(context);
        }
        catch (Exception e)
        {
            span.SetTag(Tracing.Error, e.GetType().Name);
            span.SetStatus(ActivityStatusCode.Error);
            throw;
        }
        finally
        {
            End(span, context);
        }
    }

    private static void End(Activity span, HttpContext context)
    {
        var status = context.Response.StatusCode;
        span.SetTag(Tracing.Status, status);
        if (context.Features.Get<Problem>() is { } problem)
            span.SetTag(Tracing.Error, problem.Reason);
        if (status >= StatusCodes.Status500InternalServerError)
            span.SetStatus(ActivityStatusCode.Error);
        var id = context.Response.Headers[HeaderNames.RequestId];
        if (id.Count == 0)
            id = context.Request.Headers[HeaderNames.RequestId];
        if (id is [{ } one])
            span.SetTag(Tracing.RequestId, one);
    }

    // Few names, whatever clients send.
    private static string NameOf(HttpRequest request)
    {
        var method = HttpMethods.IsPost(request.Method) ? "POST" : HttpMethods.IsGet(request.Method) ? "GET" : "HTTP";
        return request.Path.StartsWithSegments(InferencePaths.ModelList) ? $"{method} {InferencePaths.ModelList}" : method;
    }
}
