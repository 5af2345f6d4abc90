using Microsoft.Extensions.DependencyInjection;
using ModelServing.Contracts;
using ModelServing.Contracts.Functions;
using ModelServing.Functions.Listener;

namespace ModelServing.Functions.TrafficSplitter;

/// <summary>The services of the function TrafficSplitter.</summary>
internal static class TrafficSplitterServices
{
    /// <exception cref="ContractException">The settings have no cache, no routers or no key.</exception>
    internal static void Add(IServiceCollection services, FunctionsHostSettings settings)
    {
        if (settings.Cache is null)
            throw new ContractException("TrafficSplitter needs a cache, through which it gets the rollouts");
        if (settings.Routers is null)
            throw Missing(nameof(settings.Routers), "the address of the routers");
        if (settings.SplitKey is null)
            throw Missing(nameof(settings.SplitKey), "the key that the routers expect");
        services.AddSingleton<SplitCache>();
        services.AddSingleton<RolloutReader>();
        services.AddSingleton<TrialCounters>();
        services.AddSingleton<RouterCalls>();
        services.AddKeyedSingleton<IFunctionHandler, TrafficSplitterHandler>(FunctionName.TrafficSplitter);
    }

    private static ContractException Missing(string setting, string what) => new(
        $"the environment variable {HostEnvironment.NameOf(setting)} is not set; TrafficSplitter needs {what} in it");
}
