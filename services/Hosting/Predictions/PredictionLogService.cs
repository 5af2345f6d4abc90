using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ModelServing.Contracts.Predictions;
using ModelServing.Predictions;
using ModelServing.Registry;

namespace ModelServing.Hosting.Predictions;

/// <summary>Runs a host's prediction log: its spool, and the way to the store.</summary>
public sealed class PredictionLogService(PredictionLog log, PredictionLogSettings settings, Readiness readiness) : LoopingService
{
    private const string SpoolPart = "prediction spool";
    private const string StorePart = "prediction store";

    private static readonly TimeSpan ReportPeriod = TimeSpan.FromMilliseconds(500);

    /// <summary>Adds the log to a host.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="settings">The log's settings.</param>
    /// <param name="store">The store; the log owns it.</param>
    /// <param name="objects">Stores the data of large tensors.</param>
    public static void Add(
        IServiceCollection services, PredictionLogSettings settings, Func<IPredictionStore> store, IObjectStore? objects)
    {
        services.AddSingleton(settings);
        services.AddSingleton(provider => new PredictionLog(
            settings,
            store(),
            objects,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<PredictionLog>>()));
        services.AddHostedService(provider =>
        {
            _ = new PredictionLogMetrics(provider.GetRequiredService<IMeterFactory>(), provider.GetRequiredService<PredictionLog>());
            return ActivatorUtilities.CreateInstance<PredictionLogService>(provider);
        });
    }

    /// <summary>Ships what is left, and stops. All requests are answered by now, because the server stops before this service.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await log.DrainAsync(cancellationToken);
        await base.StopAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override Task RunAsync(HostLoops loops, CancellationToken stopping)
    {
        ArgumentNullException.ThrowIfNull(loops);
        return Task.WhenAll(
            loops.RunAsync(SpoolPart, log.PrepareAsync, stopping),
            loops.RunAsync("shipping of predictions", log.ShipAsync, stopping),
            loops.RunAsync("shipping of earlier predictions", log.TakeOverAsync, stopping),
            loops.RunAsync("state of the prediction log", ReportAsync, stopping));
    }

    // Without a spool, a host that must log everything is not ready; every other one only says so.
    private Task ReportAsync(CancellationToken stopping)
    {
        if (settings.RefuseWhenFull && log.IsRefusing)
            readiness.Await(SpoolPart, $"predictions can't be logged: {log.SpoolFailure}");
        else
            readiness.Has(SpoolPart);
        Show(SpoolPart, log.SpoolFailure);
        Show(StorePart, log.StoreFailure);
        return Task.Delay(ReportPeriod, stopping);
    }

    private void Show(string part, string? failure)
    {
        if (failure is null)
            Restore(part);
        else
            Degrade(part, failure);
    }
}
