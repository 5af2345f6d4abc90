using Microsoft.Extensions.DependencyInjection;
using ModelServing.Contracts;
using ModelServing.Contracts.Functions;
using ModelServing.Functions.Listener;
using ModelServing.Functions.Rollback;
using ModelServing.Oci.Monitoring;

namespace ModelServing.Functions.ModelMetrics;

/// <summary>The services of the function ModelMetrics.</summary>
internal static class ModelMetricsServices
{
    /// <summary>Adds the function. A program with all functions may have no Monitoring or no cache; then a call of this one
    /// fails.</summary>
    /// <exception cref="ContractException">Monitoring or the cache is not set, or a setting has a form that this program does not
    /// know.</exception>
    internal static void Add(IServiceCollection services, FunctionsHostSettings settings)
    {
        RollbackServices.AddRollbacks(services, settings);
        if (settings.Monitoring is not null || settings.Function is not null)
            Monitorings.Check(settings.Monitoring, settings.Oci);
        if (settings.Function is not null && settings.Cache is null)
        {
            throw new ContractException(
                $"the environment variable {CacheSettings.AddressesVariable} is not set; for {FunctionName.ModelMetrics} it must be " +
                    $"{CacheSettings.Form}");
        }

        services.AddSingleton(_ => Monitorings.Open(settings.Monitoring, settings.Oci, settings.RunSecret));
        services.AddKeyedSingleton<IFunctionHandler, ModelMetricsHandler>(FunctionName.ModelMetrics);
    }
}
