using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using ModelServing.Contracts;
using ModelServing.Contracts.Functions;
using ModelServing.Functions.ModelLoader;
using ModelServing.Functions.ModelMetrics;
using ModelServing.Functions.Rollback;
using ModelServing.Hosting;
using ModelServing.Hosting.Functions;

namespace ModelServing.Functions;

/// <summary>
/// The functions: one program, of which a setting picks one or, by plain HTTP, all. Start here; the way of a call is
/// <see cref="IFunctionHandler"/>.
/// </summary>
/// <remarks>To add a function: a name in <see cref="FunctionName"/>, a folder here with its handler and a class <c>...Services</c> that adds what
/// it needs, and an entry in <see cref="Known"/>. The handler is registered under the function's name
/// (<c>AddKeyedSingleton&lt;IFunctionHandler, ...&gt;(FunctionName...)</c>) and made at its first call, and so is what it needs: the program has
/// to listen within 5 s on a small part of a processor. Only what the settings say is looked at in <c>Add</c>, and refused with a
/// <see cref="ContractException"/>.</remarks>
public static class FunctionsHost
{
    private static readonly SortedDictionary<FunctionName, Action<IServiceCollection, FunctionsHostSettings>> Known = new()
    {
        [FunctionName.Rollback] = RollbackServices.Add,
        [FunctionName.ModelLoader] = ModelLoaderServices.Add,
        [FunctionName.ModelMetrics] = ModelMetricsServices.Add,
    };

    /// <summary>The functions that there are.</summary>
    public static IReadOnlyCollection<FunctionName> Functions => Known.Keys;

    /// <summary>Adds the functions' services.</summary>
    /// <exception cref="ContractException">The settings name a function that there is not, or something that this program can't read.</exception>
    public static void Add(WebApplicationBuilder builder, FunctionsHostSettings settings)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(settings);
        FunctionEndpoints.Add(builder);
        foreach (var function in Select(settings))
            Known[function](builder.Services, settings);
    }

    /// <summary>Adds the functions' paths, or the platform's socket.</summary>
    public static void Map(WebApplication app, FunctionsHostSettings settings)
    {
        ArgumentNullException.ThrowIfNull(app);
        ArgumentNullException.ThrowIfNull(settings);
        FunctionEndpoints.Map(app, settings, Select(settings));
        app.Services.GetRequiredService<Readiness>().Ready();
    }

    private static FunctionName[] Select(FunctionsHostSettings settings) => settings.Function switch
    {
        null => [.. Known.Keys],
        { } one when Known.ContainsKey(one) => [one],
        { } other => throw new ContractException($"the environment variable {HostEnvironment.NameOf(nameof(settings.Function))} is '{other}', which this program has no handler of; it has {string.Join(", ", Known.Keys)}"),
    };
}
