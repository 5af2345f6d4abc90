using System.CommandLine;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using ModelServing.Contracts;
using Yarp.ReverseProxy.Forwarder;

namespace ModelServing.Bench.Routing;

/// <summary>
/// A proxy whose HTTP client is a library, as its own process, for comparison with the router's own client. Kestrel has the same options as
/// in the router. There are no logs, metrics or routes, so the library is measured at its best.
/// </summary>
internal static class LibraryProxy
{
    internal const string Command = "library-proxy";
    internal const string Yarp = "yarp";
    internal const string Sockets = "sockets";

    internal static Command Create()
    {
        var library = new Argument<string>("library").AcceptOnlyFromAmong(Yarp, Sockets);
        var port = new Argument<int>("port");
        var stable = new Argument<int>("stable");
        var canary = new Argument<int>("canary");
        var command = new Command(Command, "Runs a proxy that uses an HTTP library. The bench starts it.")
        {
            library, port, stable, canary,
        };
        command.Hidden = true;
        command.SetAction((arguments, cancellation) => RunAsync(
            arguments.GetRequiredValue(library),
            arguments.GetValue(port),
            new LibraryVariants(arguments.GetValue(stable), arguments.GetValue(canary)),
            cancellation));
        return command;
    }

    private static async Task<int> RunAsync(string library, int port, LibraryVariants variants, CancellationToken cancellation)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(static kestrel => kestrel.AddServerHeader = false);
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        // The same options as in RouterHost.
        builder.Services.Configure<SocketTransportOptions>(static options =>
        {
            options.UnsafePreferInlineScheduling = true;
            options.WaitForDataBeforeAllocatingBuffer = false;
        });
        builder.Services.AddHttpForwarder();
        using var http = new HttpMessageInvoker(SocketsForwarding.CreateHandler());
        await using var app = builder.Build();
        RequestDelegate forward = library == Yarp
            ? new YarpForwarding(app.Services.GetRequiredService<IHttpForwarder>(), http, variants).ForwardAsync
            : Forward(new SocketsForwarding(http), variants);
        app.Run(forward);
        await app.StartAsync(cancellation);
        // The bench closes the input after the measurement.
        await Console.In.ReadToEndAsync(cancellation);
        await app.StopAsync(cancellation);
        return ExitCode.Done;
    }

    // The connection's token, as in the router: RequestAborted would allocate a source for each request.
    private static CancellationToken ConnectionClosed(HttpContext context) =>
        context.Features.Get<IConnectionLifetimeFeature>()!.ConnectionClosed;

    private static RequestDelegate Forward(SocketsForwarding forwarding, LibraryVariants variants) => context =>
    {
        var variant = variants.Assign(context, out var requestId);
        return forwarding.ForwardAsync(context, variant.Infer, [(HeaderNames.RequestId, requestId)], ConnectionClosed(context));
    };
}
