using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using ModelServing.Contracts;
using ModelServing.Contracts.Functions;
using ModelServing.Functions.Listener;
using ModelServing.Functions.ModelLoader;
using ModelServing.Functions.ModelMetrics;
using ModelServing.Functions.Rollback;
using ModelServing.Functions.TrafficSplitter;
using ModelServing.Hosting;
using ModelServing.Hosting.Access;

namespace ModelServing.Functions;

/// <summary>
/// The functions: one program that runs one of them, which a setting names, or all of them by plain HTTP. Start here;
/// <see cref="IFunctionHandler"/> is where each call arrives.
/// </summary>
/// <remarks>To add a function: add a name to <see cref="FunctionName"/>, a folder here with its handler and a class <c>...Services</c> that
/// registers its services, and an entry in <see cref="Known"/>. The handler is registered under the function's name
/// (<c>AddKeyedSingleton&lt;IFunctionHandler, ...&gt;(FunctionName...)</c>). It and its services are created at its first call, because the
/// program must listen within 5 s on a small part of a processor. <c>Add</c> checks only the settings, and refuses wrong ones with a
/// <see cref="ContractException"/>.</remarks>
public static class FunctionsHost
{
    private static readonly SortedDictionary<FunctionName, Action<IServiceCollection, FunctionsHostSettings>> Known = new()
    {
        [FunctionName.Rollback] = RollbackServices.Add,
        [FunctionName.ModelLoader] = ModelLoaderServices.Add,
        [FunctionName.ModelMetrics] = ModelMetricsServices.Add,
        [FunctionName.TrafficSplitter] = TrafficSplitterServices.Add,
    };

    /// <summary>All functions.</summary>
    public static IReadOnlyCollection<FunctionName> Functions => Known.Keys;

    /// <summary>Adds the functions' services.</summary>
    /// <exception cref="ContractException">The settings name an unknown function, or something that this program cannot read.</exception>
    public static void Add(WebApplicationBuilder builder, FunctionsHostSettings settings)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(settings);
        FunctionEndpoints.Add(builder);
        AccessLog.Add(builder.Services, settings.AccessLog);
        foreach (var function in Select(settings))
            Known[function](builder.Services, settings);
    }

    /// <summary>Adds the functions' paths, or the handler of the platform's calls.</summary>
    public static void Map(WebApplication app, FunctionsHostSettings settings)
    {
        ArgumentNullException.ThrowIfNull(app);
        ArgumentNullException.ThrowIfNull(settings);
        FunctionEndpoints.Map(app, settings, Select(settings));
        app.Services.GetRequiredService<Readiness>().Ready();
    }

    /// <summary>How the program listens: on the platform's socket where OCI Functions has started it, elsewhere on an address.</summary>
    public static IHostListener Listen(FunctionsHostSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return settings.Listener is { } listener ? new FnSocketListener(listener) : new AddressListener(settings);
    }

    private static FunctionName[] Select(FunctionsHostSettings settings) => settings.Function switch
    {
        // Only a gateway calls TrafficSplitter, by the platform's socket, where the program is one function.
        null => [.. Known.Keys.Where(static function => function != FunctionName.TrafficSplitter)],
        { } one when Known.ContainsKey(one) => [one],
        { } other => throw new ContractException(
            $"the environment variable {HostEnvironment.NameOf(nameof(settings.Function))} is '{other}', but this program only has " +
                $"{string.Join(", ", Known.Keys)}"),
    };
}
