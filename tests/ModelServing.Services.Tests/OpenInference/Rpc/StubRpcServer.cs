using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ModelServing.Services.Tests.OpenInference.Rpc;

/// <summary>A server of gRPC on loopback, without TLS.</summary>
internal sealed class StubRpcServer : IAsyncDisposable
{
    private readonly WebApplication app;

    private StubRpcServer(WebApplication app) => this.app = app;

    internal Uri Address => new(app.Urls.First());

    internal static async Task<StubRpcServer> StartAsync(StubRpcService service)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.ConfigureEndpointDefaults(
            static endpoint => endpoint.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc(static grpc => grpc.MaxReceiveMessageSize = null);
        builder.Services.AddSingleton(service);
        var app = builder.Build();
        app.MapGrpcService<StubRpcService>();
        await app.StartAsync();
        return new StubRpcServer(app);
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();
}
