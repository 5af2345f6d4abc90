using System.Buffers;
using System.Reflection;
using System.Text;
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
    /// <param name="extensions">The extensions of the protocol that it has.</param>
    /// <param name="findUnready">Finds the models that can't answer; null if the host is ready only when its one model can.</param>
    public static void Map(
        WebApplication app,
        string name,
        IReadOnlyList<string> extensions,
        Func<CancellationToken, ValueTask<IReadOnlyList<UnreadyModel>>>? findUnready = null)
    {
        ArgumentNullException.ThrowIfNull(app);
        var readiness = app.Services.GetRequiredService<Readiness>();
        var liveness = app.Services.GetRequiredService<Liveness>();
        var metadata = $$"""{"name":"{{JsonEncodedText.Encode(name)}}","version":"{{Version}}","extensions":{{JsonSerializer.Serialize(extensions)}}}""";
        Map(InferencePaths.Server, context => WriteAsync(context, StatusCodes.Status200OK, metadata));
        Map(InferencePaths.Live, context => liveness.Reason is null
            ? WriteAsync(context, StatusCodes.Status200OK, """{"live":true}""")
            : WriteAsync(context, StatusCodes.Status503ServiceUnavailable, """{"live":false}"""));
        Map(InferencePaths.Ready, async context =>
        {
            var unready = findUnready is null ? [] : await findUnready(context.RequestAborted);
            await ReadyAsync(context, readiness.Reason, unready);
        });

        void Map(string path, RequestDelegate answer) => app.Map(path, AllowedMethods.Only(answer, HttpMethods.Get));
    }

    // The protocol's ready: the server and all models can answer. The reasons are ours.
    private static Task ReadyAsync(HttpContext context, string? reason, IReadOnlyList<UnreadyModel> unready)
    {
        if (reason is null && unready.Count == 0)
            return WriteAsync(context, StatusCodes.Status200OK, """{"ready":true}""");
        var body = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteBoolean("ready"u8, false);
            if (reason is not null)
                json.WriteString("reason"u8, reason);
            if (unready.Count > 0)
                json.WriteStartArray("models"u8);
            foreach (var model in unready)
            {
                json.WriteStartObject();
                json.WriteString("name"u8, model.Name);
                json.WriteString("reason"u8, model.Why);
                json.WriteEndObject();
            }

            if (unready.Count > 0)
                json.WriteEndArray();
            json.WriteEndObject();
        }

        return WriteAsync(context, StatusCodes.Status503ServiceUnavailable, Encoding.UTF8.GetString(body.WrittenSpan));
    }

    private static Task WriteAsync(HttpContext context, int status, string json)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        var body = Encoding.UTF8.GetBytes(json);
        context.Response.ContentLength = body.Length;
        return context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }
}
