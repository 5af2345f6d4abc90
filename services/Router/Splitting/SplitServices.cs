using Microsoft.Extensions.DependencyInjection;
using ModelServing.Contracts;

namespace ModelServing.Router.Splitting;

/// <summary>The services with which a router works for the function TrafficSplitter.</summary>
internal static class SplitServices
{
    /// <exception cref="ContractException">There is no cache, through which the function gets the rollouts.</exception>
    internal static void Add(IServiceCollection services, RouterSettings settings)
    {
        if (settings.Cache is null)
            throw new ContractException(
                $"the environment variable {HostEnvironment.NameOf(nameof(settings.SplitUrls))} is set, but there is no cache, through " +
                "which the function TrafficSplitter gets the rollouts");
        services.AddSingleton<SplitPort>();
        services.AddHostedService<RolloutPublisher>();
    }
}
