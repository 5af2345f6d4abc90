using Microsoft.Extensions.DependencyInjection;
using ModelServing.Contracts;
using ModelServing.Contracts.Functions;
using ModelServing.Hosting.Functions;
using ModelServing.Oci;

namespace ModelServing.Functions.ModelLoader;

/// <summary>What the function ModelLoader needs.</summary>
internal static class ModelLoaderServices
{
    /// <summary>Adds the function. Where it is one of all, it may be without a registry, and answers so.</summary>
    /// <exception cref="ContractException">The registry is not named, or in a form that this program does not read.</exception>
    internal static void Add(IServiceCollection services, FunctionsHostSettings settings)
    {
        if (settings.Registry is not null)
            ObjectStores.Check(settings.Registry, settings.Oci);
        else if (settings.Function == FunctionName.ModelLoader)
            throw new ContractException($"the environment variable {HostEnvironment.NameOf(nameof(FunctionsHostSettings.Registry))} is not set; for {FunctionName.ModelLoader} it has to be file:FOLDER or oci:OBJECT-STORAGE-NAMESPACE/BUCKET");
        services.AddSingleton(_ => new LoadedStore(settings.Registry is { } location ? ObjectStores.Open(location, settings.Oci) : null));
        services.AddSingleton<ArtifactNews>();
        services.AddKeyedSingleton<IFunctionHandler, ModelLoaderHandler>(FunctionName.ModelLoader);
    }
}
