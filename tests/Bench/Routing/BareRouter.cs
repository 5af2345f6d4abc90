using System.CommandLine;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using ModelServing.Contracts;
using ModelServing.Hosting;
using ModelServing.Router;

namespace ModelServing.Bench.Routing;

/// <summary>The router without guard and metrics, as its own process. The comparison with the complete router shows what they
/// cost.</summary>
internal static class BareRouter
{
    internal const string Command = "bare-router";

    // By name, because the types are internal to the router.
    private static readonly string[] RemovedServices = ["AttemptObserver"];

    internal static Command Create()
    {
        var command = new Command(Command, "Runs the router without guard and metrics. The bench starts it.") { Hidden = true };
        command.SetAction((_, _) => ServiceHost.RunAsync(
            "router",
            static environment => new RouterSettings(environment),
            static (builder, settings) =>
            {
                RouterHost.Add(builder, settings);
                var removed = builder.Services.Where(static service => RemovedServices.Contains(service.ServiceType.Name)).ToList();
                foreach (var service in removed)
                    builder.Services.Remove(service);
                builder.Services.AddSingleton<IMeterFactory, UnobservedMeters>();
            },
            RouterHost.Map));
        return command;
    }
}
