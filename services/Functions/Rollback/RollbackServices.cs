using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using ModelServing.Contracts;
using ModelServing.Contracts.Functions;
using ModelServing.Functions.Listener;
using ModelServing.Journal;
using ModelServing.Oci;

namespace ModelServing.Functions.Rollback;

/// <summary>The services of the function Rollback.</summary>
internal static class RollbackServices
{
    /// <summary>Adds the function.</summary>
    /// <exception cref="ContractException">The journal's setting has a form that this program does not know.</exception>
    internal static void Add(IServiceCollection services, FunctionsHostSettings settings)
    {
        AddRollbacks(services, settings);
        services.AddKeyedSingleton<IFunctionHandler, RollbackHandler>(FunctionName.Rollback);
    }

    /// <summary>Adds <see cref="AlarmRollbacks"/>, which several functions use. A second call adds nothing.</summary>
    /// <exception cref="ContractException">The journal's setting has a form that this program does not know.</exception>
    internal static void AddRollbacks(IServiceCollection services, FunctionsHostSettings settings)
    {
        JournalStores.Check(settings.Journal, settings.Oci);
        services.TryAddSingleton(_ => JournalStores.Open(settings.Journal, settings.Oci));
        services.TryAddSingleton(static provider => new RolloutJournal(
            provider.GetRequiredService<IJournalStore>(),
            // A call of a function has a deadline of its own, and must report an unavailable journal before it.
            new JournalLimits { Answer = TimeSpan.FromSeconds(10) },
            provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton<Announcer>();
        services.TryAddSingleton<AlarmRollbacks>();
    }
}
