using System.CommandLine;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy.Forwarder;

namespace ModelServing.Bench.Routing;

/// <summary>
/// A proxy that does little but forward, as its own process: it shows what the router adds to its HTTP client, SocketsHttpHandler, and what
/// YARP would add. Kestrel has the same options as in the router. There are no logs, metrics or routes. Each proxy sends the headers that
/// the router adds, and observes a timeout.
/// </summary>
internal static class MinimalProxy
{
    internal const string Command = "minimal-proxy";
    internal const string Yarp = "yarp";
    internal const string Sockets = "sockets";

    internal static readonly string[] Clients = [Yarp, Sockets];

    internal static Command Create()
    {
        var client = new Argument<string>("client").AcceptOnlyFromAmong(Clients);
        var port = new Argument<int>("port");
        var stable = new Argument<int>("stable");
        var canary = new Argument<int>("canary");
        var command = new Command(Command, "Runs a proxy that does little but forward. The bench starts it.")
        {
            client, port, stable, canary,
        };
        command.Hidden = true;
        command.SetAction((arguments, cancellation) => RunAsync(
            arguments.GetRequiredValue(client),
            arguments.GetValue(port),
            arguments.GetValue(stable),
            arguments.GetValue(canary),
            cancellation));
        return command;
    }

    private static async Task<int> RunAsync(string client, int port, int stable, int canary, CancellationToken cancellation)
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
        var variants = new SplitVariants(stable, canary);
        RequestDelegate forward = client switch
        {
            Yarp => new YarpForwarding(app.Services.GetRequiredService<IHttpForwarder>(), http, variants).ForwardAsync,
            _ => Forward(new SocketsForwarding(http), variants),
        };
        app.Run(forward);
        await app.StartAsync(cancellation);
        // The bench closes the input after the measurement.
        await Console.In.ReadToEndAsync(cancellation);
        await app.StopAsync(cancellation);
        return ExitCode.Done;
    }

    private static RequestDelegate Forward(SocketsForwarding forwarding, SplitVariants variants) => context =>
    {
        var variant = variants.Assign(context, out var requestId);
        return forwarding.ForwardAsync(context, variant.Infer, SplitVariants.Headers(variant, requestId), SplitVariants.Timeout);
    };
}
