using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using ModelServing.Contracts;
using ModelServing.Hosting;

namespace ModelServing.Router;

/// <summary>The Open Inference Protocol's paths that speak of the server and not of a model; the router answers them itself.</summary>
internal static class ServerApi
{
    private static readonly string Version = typeof(ServerApi).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";

    internal static void Map(WebApplication app)
    {
        var readiness = app.Services.GetRequiredService<Readiness>();
        app.MapGet(InferencePaths.Server, static context =>
            WriteAsync(context, StatusCodes.Status200OK, $$"""{"name":"modelserving-router","version":"{{Version}}","extensions":[]}"""));
        app.MapGet(InferencePaths.Live, static context => WriteAsync(context, StatusCodes.Status200OK, """{"live":true}"""));
        app.MapGet(InferencePaths.Ready, context => readiness.Reason is null
            ? WriteAsync(context, StatusCodes.Status200OK, """{"ready":true}""")
            : WriteAsync(context, StatusCodes.Status503ServiceUnavailable, """{"ready":false}"""));
        app.MapFallback(static context => Problems.NoSuchPath.WriteAsync(context, $"There is nothing at {context.Request.Path}; models are under {InferencePaths.Models}"));
    }

    private static Task WriteAsync(HttpContext context, int status, string json)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(json);
    }
}
