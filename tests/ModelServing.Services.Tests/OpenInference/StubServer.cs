using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ModelServing.Services.Tests.OpenInference;

/// <summary>A server that keeps each request and answers as a test says.</summary>
internal sealed class StubServer : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentQueue<StubRequest> requests = new();
    private int count;

    private StubServer(WebApplication app) => this.app = app;

    internal Uri Address => new(app.Urls.First());

    internal IReadOnlyList<StubRequest> Requests => [.. requests];

    /// <summary>Starts a server.</summary>
    /// <param name="answer">Answers a request, with its number from 1.</param>
    internal static async Task<StubServer> StartAsync(Func<HttpContext, int, Task> answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = new StubServer(builder.Build());
        server.app.Run(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            server.requests.Enqueue(new StubRequest(
                context.Request.Method,
                context.Request.Path.Value + context.Request.QueryString,
                context.Request.Headers.ToDictionary(
                    static header => header.Key, static header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
                body.ToArray()));
            await answer(context, Interlocked.Increment(ref server.count));
        });
        await server.app.StartAsync();
        return server;
    }

    /// <summary>Starts a server with one answer.</summary>
    internal static Task<StubServer> StartAsync(string json, int status = 200, params (string Name, string Value)[] headers) =>
        StartAsync((context, _) => AnswerAsync(context, json, status, headers));

    internal static Task AnswerAsync(HttpContext context, string json, int status = 200, params (string Name, string Value)[] headers)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        foreach (var (name, value) in headers)
            context.Response.Headers[name] = value;
        return context.Response.WriteAsync(json);
    }

    /// <summary>Answers with tensors behind the JSON.</summary>
    internal static async Task AnswerBinaryAsync(HttpContext context, string json, byte[] data, string? jsonLength = null)
    {
        context.Response.Headers["Inference-Header-Content-Length"] = jsonLength ?? $"{json.Length}";
        context.Response.ContentType = "application/octet-stream";
        await context.Response.WriteAsync(json);
        await context.Response.Body.WriteAsync(data);
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();
}
