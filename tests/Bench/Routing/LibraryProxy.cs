using System.CommandLine;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy.Forwarder;

namespace ModelServing.Bench.Routing;

/// <summary>
/// A proxy whose HTTP client is a library, as a process of its own: the router's own client is compared with it. It has Kestrel as the
/// router sets it up, no logs, no metrics and no routing, so the library is measured at its best.
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
        var command = new Command(Command, "Runs a proxy on an HTTP library; the benchmark starts it.") { library, port, stable, canary };
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
        // As in RouterHost.
        builder.Services.Configure<SocketTransportOptions>(static options =>
        {
            options.UnsafePreferInlineScheduling = true;
            options.WaitForDataBeforeAllocatingBuffer = false;
        });
        builder.Services.AddHttpForwarder();
        using var http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
        });
        await using var app = builder.Build();
        RequestDelegate forward = library == Yarp
            ? new YarpForwarding(app.Services.GetRequiredService<IHttpForwarder>(), http, variants).ForwardAsync
            : new SocketsForwarding(http, variants).ForwardAsync;
        app.Run(forward);
        await app.StartAsync(cancellation);
        // The benchmark closes the input when it has measured.
        await Console.In.ReadToEndAsync(cancellation);
        await app.StopAsync(cancellation);
        return ExitCode.Done;
    }
}
