using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using ModelServing.Hosting;
using Yarp.ReverseProxy.Forwarder;

namespace ModelServing.Cli.Demo;

/// <summary>A proxy in front of a version's endpoint that answers a share of the inferences with an error, as a broken version would. It is
/// needed because the hosts themselves have no switch for that. The version does not see those calls.</summary>
internal sealed class FaultProxy : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly HttpMessageInvoker http = new(
        new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
        });

    private readonly double share;
    private int calls;
    private int failed;

    private FaultProxy(double share)
    {
        this.share = share;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        builder.Services.AddHttpForwarder();
        app = builder.Build();
        var forwarder = app.Services.GetRequiredService<IHttpForwarder>();
        LoopbackHosts.Require(app);
        app.Run(context => AnswerAsync(context, forwarder));
    }

    /// <summary>The address that it listens on, such as <c>127.0.0.1:40001</c>.</summary>
    internal string Address => new Uri(app.Urls.First()).Authority;

    /// <summary>The endpoint behind it, such as <c>127.0.0.1:40001</c>.</summary>
    internal string? Target { get; set; }

    /// <summary>The number of inference requests.</summary>
    internal int Calls => Volatile.Read(ref calls);

    /// <summary>How many of them the proxy made fail.</summary>
    internal int Failed => Volatile.Read(ref failed);

    /// <summary>Starts a proxy that makes a share of the inferences, from 0 to 1, fail.</summary>
    internal static async Task<FaultProxy> StartAsync(double share, CancellationToken cancellation)
    {
        var proxy = new FaultProxy(share);
        await proxy.app.StartAsync(cancellation);
        return proxy;
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        http.Dispose();
    }

    private async Task AnswerAsync(HttpContext context, IHttpForwarder forwarder)
    {
        if (HttpMethods.IsPost(context.Request.Method))
        {
            Interlocked.Increment(ref calls);
            if (Random.Shared.NextDouble() < share)
            {
                Interlocked.Increment(ref failed);
                context.Response.StatusCode = StatusCodes.Status500InternalServerError;
                return;
            }
        }

        if (Target is not { } target)
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        else
            _ = await forwarder.SendAsync(context, $"http://{target}/", http);
    }
}
