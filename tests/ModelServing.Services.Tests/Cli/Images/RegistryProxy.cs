using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Cli.Images;

/// <summary>Forwards requests to a registry and records them. It can refuse to mount, and damage the parts that it sends.</summary>
internal sealed class RegistryProxy : IAsyncDisposable
{
    private readonly HttpClient http = new(new HttpClientHandler { AllowAutoRedirect = false });
    private readonly WebApplication app;
    private readonly LoopbackRegistry registry;

    private RegistryProxy(LoopbackRegistry registry)
    {
        this.registry = registry;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.Run(ForwardAsync);
    }

    /// <summary>The answer to a request to mount; null to forward it. With 202, it is forwarded as the beginning of an upload, as a
    /// registry does that cannot mount.</summary>
    internal int? MountAnswer { get; set; }

    internal bool DamagesParts { get; set; }

    /// <summary>Whether a manifest that is asked for by its digest is answered with other bytes.</summary>
    internal bool DamagesManifests { get; set; }

    /// <summary>The requests, as in <c>GET space/a/blobs/DIGEST</c>.</summary>
    internal ConcurrentQueue<string> Requests { get; } = [];

    /// <summary>The host in the names of images.</summary>
    internal string Host => $"localhost:{new Uri(app.Urls.Single()).Port}";

    internal static async Task<RegistryProxy> StartAsync(LoopbackRegistry registry)
    {
        var proxy = new RegistryProxy(registry);
        await proxy.app.StartAsync(TestContext.Current.CancellationToken);
        return proxy;
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        http.Dispose();
    }

    private async Task ForwardAsync(HttpContext context)
    {
        var (incoming, path) = (context.Request, context.Request.Path.Value!);
        var query = incoming.QueryString.Value!;
        var isMount = query.Contains("mount=", StringComparison.Ordinal);
        Requests.Enqueue($"{incoming.Method} {path["/v2/".Length..]}{(isMount ? " mount" : "")}");
        if (isMount && MountAnswer is { } refusal and not StatusCodes.Status202Accepted)
        {
            context.Response.StatusCode = refusal;
            return;
        }

        using var request = new HttpRequestMessage(
            new HttpMethod(incoming.Method), $"http://{registry.Host}{path}{(isMount && MountAnswer is not null ? "" : query)}");
        // The registry makes its addresses of it.
        request.Headers.Host = Host;
        foreach (var (name, values) in incoming.Headers)
        {
            if (name is "Accept" or "Authorization")
                request.Headers.TryAddWithoutValidation(name, values.ToArray());
        }

        if (incoming.Method is "PUT" or "POST")
        {
            request.Content = new StreamContent(incoming.Body);
            if (incoming.ContentType is { } type)
                request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
            request.Content.Headers.ContentLength = incoming.ContentLength ?? 0;
        }

        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, context.RequestAborted);
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers))
        {
            if (name is "Location" or "Content-Type" or "WWW-Authenticate" or "Docker-Content-Digest")
                context.Response.Headers[name] = values.ToArray();
        }

        if (incoming.Method == "HEAD")
            return;
        var content = await answer.Content.ReadAsByteArrayAsync(context.RequestAborted);
        if (DamagesParts && path.Contains("/blobs/sha256:", StringComparison.Ordinal))
            content[^1] ^= 1;
        // Another manifest of the same image.
        if (DamagesManifests && path.Contains("/manifests/sha256:", StringComparison.Ordinal))
            content = [.. content, (byte)'\n'];
        await context.Response.Body.WriteAsync(content, context.RequestAborted);
    }
}
