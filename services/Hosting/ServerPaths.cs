using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using ModelServing.Contracts;

namespace ModelServing.Hosting;

/// <summary>The Open Inference Protocol's paths about a server rather than a model: its metadata, and whether it is live and
/// ready.</summary>
public static class ServerPaths
{
    private static readonly string Version =
        typeof(ServerPaths).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";

    /// <summary>Adds the paths.</summary>
    /// <param name="app">The host.</param>
    /// <param name="name">The server's name in its metadata.</param>
    public static void Map(WebApplication app, string name)
    {
        ArgumentNullException.ThrowIfNull(app);
        var readiness = app.Services.GetRequiredService<Readiness>();
        var liveness = app.Services.GetRequiredService<Liveness>();
        var metadata = $$"""{"name":"{{JsonEncodedText.Encode(name)}}","version":"{{Version}}","extensions":[]}""";
        app.MapGet(InferencePaths.Server, context => WriteAsync(context, StatusCodes.Status200OK, metadata));
        app.MapGet(InferencePaths.Live, context => liveness.Reason is null
            ? WriteAsync(context, StatusCodes.Status200OK, """{"live":true}""")
            : WriteAsync(context, StatusCodes.Status503ServiceUnavailable, """{"live":false}"""));
        app.MapGet(InferencePaths.Ready, context => readiness.Reason is null
            ? WriteAsync(context, StatusCodes.Status200OK, """{"ready":true}""")
            : WriteAsync(context, StatusCodes.Status503ServiceUnavailable, """{"ready":false}"""));
    }

    private static Task WriteAsync(HttpContext context, int status, string json)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(json);
    }
}
