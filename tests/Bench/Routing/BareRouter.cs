using System.CommandLine;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using ModelServing.Contracts;
using ModelServing.Hosting;
using ModelServing.Router;

namespace ModelServing.Bench.Routing;

/// <summary>The router without guard and metrics, as a process of its own: what the router is compared with to see what they cost.</summary>
internal static class BareRouter
{
    internal const string Command = "bare-router";
    internal const string OnSockets = "--on-sockets";

    // By name: what they are is the router's own affair.
    private static readonly string[] LeftOut = ["AttemptObserver"];

    internal static Command Create()
    {
        var onSockets = new Option<bool>(OnSockets) { Description = "With SocketsHttpHandler in the place of the router's own HTTP client." };
        var command = new Command(Command, "Runs the router without guard and metrics; the benchmark starts it.") { onSockets };
        command.Hidden = true;
        command.SetAction((arguments, _) => ServiceHost.RunAsync(
            "router",
            static environment => new RouterSettings(environment),
            static (builder, settings) =>
            {
                RouterHost.Add(builder, settings);
                foreach (var service in builder.Services.Where(static service => LeftOut.Contains(service.ServiceType.Name)).ToList())
                    builder.Services.Remove(service);
                builder.Services.AddSingleton<IMeterFactory, UnheardMeters>();
            },
            arguments.GetValue(onSockets) ? SocketsRouter.Map : RouterHost.Map));
        return command;
    }

    /// <summary>Meters of a name that nobody listens to: their instruments count nothing.</summary>
    private sealed class UnheardMeters : IMeterFactory
    {
        public Meter Create(MeterOptions options) => new("unheard");

        public void Dispose()
        {
        }
    }
}
