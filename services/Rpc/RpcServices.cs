using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using ModelServing.Contracts;
using ModelServing.Hosting;

namespace ModelServing.Rpc;

/// <summary>gRPC for a host that answers the Open Inference Protocol over HTTP: the same service, by the same code.</summary>
public static class RpcServices
{
    // What a connection's calls may have sent and the host has not read. The connection has this room for a request of HTTP/1.1 too.
    private const int Window = 128 * 1024;
    private const int CallsOfConnection = 100;
    private const int FrameBytes = 16 * 1024;
    private const int HeaderTableBytes = 4 * 1024;
    private const int HeaderFieldBytes = 16 * 1024;

    // A connection whose other end is gone is noticed after these two.
    private static readonly TimeSpan PingDelay = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PingTimeout = TimeSpan.FromSeconds(20);

    /// <summary>Adds it, if the host has an address for it.</summary>
    /// <param name="builder">The host's builder.</param>
    /// <param name="settings">The host's settings.</param>
    /// <param name="mostBytes">The most bytes of a message with tensors.</param>
    public static void Add(WebApplicationBuilder builder, HostSettings settings, long mostBytes)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(settings);
        if (settings.Http2Urls is null)
            return;
        builder.WebHost.ConfigureKestrel(static kestrel =>
        {
            var limits = kestrel.Limits.Http2;
            limits.MaxStreamsPerConnection = CallsOfConnection;
            limits.InitialConnectionWindowSize = Window;
            limits.InitialStreamWindowSize = Window;
            limits.MaxFrameSize = FrameBytes;
            limits.HeaderTableSize = HeaderTableBytes;
            limits.MaxRequestHeaderFieldSize = HeaderFieldBytes;
            limits.KeepAlivePingDelay = PingDelay;
            limits.KeepAlivePingTimeout = PingTimeout;
        });
        // The messages of all methods but ModelInfer, which does not come here, are names.
        builder.Services.AddGrpc(static options => options.MaxReceiveMessageSize = FrameBytes);
        builder.Services.AddGrpcReflection();
        builder.Services.AddSingleton(new MessageLimit(mostBytes));
        builder.Services.AddSingleton<OwnPipeline>();
        builder.Services.AddSingleton<InferCalls>();
        builder.Services.AddSingleton<IHostFront, GrpcFront>();
    }
}
