using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ModelServing.Contracts;
using ModelServing.Journal;
using ModelServing.Oci;
using ModelServing.Router.Forwarding;
using ModelServing.Router.Recording;

namespace ModelServing.Router.Rollouts;

/// <summary>Registers the services that guard rollouts and keep the journal.</summary>
internal static class RolloutServices
{
    /// <exception cref="ContractException">The journal's setting has an unknown form.</exception>
    internal static void Add(IServiceCollection services, RouterSettings settings)
    {
        if (settings.Journal is { } location)
        {
            var store = JournalStores.Open(location, settings.Oci);
            services.AddSingleton(store);
            services.AddSingleton(provider => new RolloutJournal(
                store,
                new JournalLimits { Answer = provider.GetRequiredService<JournalPace>().Answer },
                provider.GetRequiredService<TimeProvider>()));
        }

        if (settings is { Journal: { } journal, JournalBucket: { } bucket })
            services.AddSingleton(new SharedSnapshot(ObjectStores.Open(bucket, settings.Oci), journal));
        if (settings.JournalSnapshot is { } path)
            services.AddSingleton(new SnapshotFile(path));
        if (settings.Cache is { } cache)
            services.AddSingleton(provider =>
                new RouterCache(cache, settings.Environment, provider.GetRequiredService<ILogger<RouterCache>>()));
        services.AddSingleton(new RolloutBoard(settings.Journal is not null));
        services.AddSingleton(JournalPace.Default);
        services.AddSingleton<RouterIncarnation>();
        services.AddSingleton<WatchedVersions>();
        services.AddSingleton<FailureQueue>();
        services.AddSingleton<AttemptReport>();
        services.AddSingleton<VariantReport>();
        services.AddSingleton<TrafficExchange>();
        services.AddSingleton<AttemptObserver>(static provider =>
        {
            AttemptObserver report = provider.GetRequiredService<AttemptReport>().Add;
            report += provider.GetRequiredService<VariantReport>().Add;
            if (provider.GetService<UnansweredAttempts>() is { } unanswered)
                report += unanswered.Add;
            return provider.GetService<AttemptLog>() is { } log ? report + log.Add : report;
        });
        services.AddSingleton<JournalSnapshotKeeper>();
        services.AddSingleton<JournalSync>();
        services.AddSingleton<JournalKeeper>();
        services.AddSingleton<CountExchange>();
        services.AddSingleton<Rollbacks>();
        services.AddSingleton<RolloutGuards>();
        services.AddHostedService(static provider => provider.GetRequiredService<JournalKeeper>());
        services.AddSingleton<SnapshotSharing>();
        services.AddHostedService(static provider => provider.GetRequiredService<SnapshotSharing>());
        services.AddHostedService(static provider => provider.GetRequiredService<RolloutGuards>());
        services.AddHostedService(static provider => provider.GetRequiredService<TrafficExchange>());
    }
}
