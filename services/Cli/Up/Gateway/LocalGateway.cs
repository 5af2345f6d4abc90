using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using ModelServing.Contracts;
using ModelServing.Contracts.Functions;
using ModelServing.Hosting;
using ModelServing.Hosting.Connections;
using Yarp.ReverseProxy.Forwarder;

namespace ModelServing.Cli.Up.Gateway;

/// <summary>The stand-in for the API Gateway on this machine: it sends the models' requests to the function TrafficSplitter, and all others
/// to the router.</summary>
internal sealed class LocalGateway : IAsyncDisposable
{
    // Of the other servers in this process, and of the processes that it starts.
    private const int OtherHandles = 256;

    private readonly WebApplication app;
    private readonly FunctionContainers containers;
    private readonly string router;
    private readonly HttpMessageInvoker http = new(
        new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
        });

    /// <summary>Makes a gateway that does not listen yet.</summary>
    /// <param name="port">The port of the API.</param>
    /// <param name="router">The router's own address.</param>
    /// <param name="containers">The function's containers.</param>
    internal LocalGateway(int port, string router, FunctionContainers containers)
    {
        this.router = router;
        this.containers = containers;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls($"http://127.0.0.1:{port}").ConfigureKestrel(static kestrel =>
        {
            kestrel.AddServerHeader = false;
            // The stand-in limits the function's payload, and the router everything else.
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.RequestHeaderEncodingSelector = static _ => System.Text.Encoding.Latin1;
            kestrel.ResponseHeaderEncodingSelector = static _ => System.Text.Encoding.Latin1;
        });
        builder.Services.AddRoutingCore();
        builder.Services.AddHttpForwarder();
        ConnectionLimits.Add(builder, otherHandles: OtherHandles);
        app = builder.Build();
        ConnectionLimits.Use(app);
        var forwarder = app.Services.GetRequiredService<IHttpForwarder>();
        LoopbackHosts.Require(app);
        app.Run(context => context.Request.Path.Value?.StartsWith(InferencePaths.Models, StringComparison.Ordinal) == true
            ? CallAsync(context)
            : forwarder.SendAsync(context, this.router, http).AsTask());
    }

    /// <summary>Starts listening; false if the port is taken.</summary>
    internal async Task<bool> TryStartAsync(CancellationToken cancellation)
    {
        try
        {
            await app.StartAsync(cancellation);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        http.Dispose();
    }

    private async Task CallAsync(HttpContext context)
    {
        byte[]? body;
        try
        {
            body = await ReadAsync(context.Request);
        }
        catch (Exception e) when (CallerLeft.IsShownBy(e, context))
        {
            CallerLeft.End(context);
            return;
        }
        catch (Exception e) when (BodyFault.Find(e) is not null)
        {
            var (problem, detail) = BodyFault.Find(e)!.Value;
            await problem.WriteAsync(context, detail);
            return;
        }

        if (body is null)
        {
            context.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
            return;
        }

        FnGatewayAnswer answer;
        try
        {
            answer = await containers.CallAsync(FnGatewayCall.From(context.Request, body, containers.Timeout), context.RequestAborted);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            return;
        }

        context.Response.StatusCode = answer.Status;
        foreach (var (name, value) in answer.Headers)
            context.Response.Headers[name] = value;
        context.Response.ContentLength = answer.Body.Length;
        await context.Response.Body.WriteAsync(answer.Body, context.RequestAborted);
    }

    // The gateway sends no larger payload to a function.
    private static async Task<byte[]?> ReadAsync(HttpRequest request)
    {
        if (request.ContentLength > FunctionLimits.MaxBodyBytes)
            return null;
        using var body = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (await request.Body.ReadAsync(buffer, request.HttpContext.RequestAborted) is > 0 and var count)
        {
            body.Write(buffer, 0, count);
            if (body.Length > FunctionLimits.MaxBodyBytes)
                return null;
        }

        return body.ToArray();
    }
}
