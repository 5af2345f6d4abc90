using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using ModelServing.Contracts;
using ModelServing.Contracts.Functions;
using ModelServing.Functions.Listener;
using ModelServing.Oci;
using ModelServing.Registry.FirstRuns;

namespace ModelServing.Functions.ModelLoader;

/// <summary>The services of the function ModelLoader.</summary>
internal static class ModelLoaderServices
{
    /// <summary>Adds the function. A program with all functions may have no registry; then a call of this one is answered with
    /// 503.</summary>
    /// <exception cref="ContractException">The registry is not set, or its setting has a form that this program does not know.</exception>
    internal static void Add(IServiceCollection services, FunctionsHostSettings settings)
    {
        if (settings.Registry is not null)
            ObjectStores.Check(settings.Registry, settings.Oci);
        else if (settings.Function == FunctionName.ModelLoader)
        {
            throw new ContractException(
                $"the environment variable {HostEnvironment.NameOf(nameof(FunctionsHostSettings.Registry))} is not set; for " +
                    $"{FunctionName.ModelLoader} it must be file:FOLDER or oci:OBJECT-STORAGE-NAMESPACE/BUCKET");
        }

        services.AddSingleton(_ => new LoadedStore(settings.Registry is { } location ? ObjectStores.Open(location, settings.Oci) : null));
        services.TryAddSingleton<Announcer>();
        services.TryAddSingleton(FirstRunProgram.For(typeof(ModelLoaderServices).Assembly));
        services.AddKeyedSingleton<IFunctionHandler, ModelLoaderHandler>(FunctionName.ModelLoader);
    }
}
