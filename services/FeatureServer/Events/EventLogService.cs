using Microsoft.Extensions.Logging;
using ModelServing.Contracts.Features;
using ModelServing.Features.Events.Log;
using ModelServing.FeatureServer.Views;
using ModelServing.Hosting;
using ModelServing.Registry;

namespace ModelServing.FeatureServer.Events;

/// <summary>Runs the event log: opens it, ships it, and applies it to each view. At the end, everything is shipped that the time
/// allows.</summary>
internal sealed class EventLogService(
    EventLogSettings settings, OpenLog open, IObjectStore store, ServedViewTable views, Readiness readiness, TimeProvider time,
    ILogger<EventLogService> logger)
    : LoopingService
{
    private const string Part = "event log";

    private static readonly TimeSpan ReportPeriod = TimeSpan.FromMilliseconds(500);

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        readiness.Ready();
        readiness.Await(Part, "the event log is not open yet");
        return base.StartAsync(cancellationToken);
    }

    /// <summary>All requests are answered by now, because the server stops before this service.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        if (open.Current is { } log)
        {
            try
            {
                log.Close();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                EventLogServiceLog.NotClean(logger, e.Message);
            }

            try
            {
                await log.ShipAllAsync(cancellationToken);
            }
            catch (Exception e) when (e is RegistryException or IOException or OperationCanceledException)
            {
                EventLogServiceLog.NotShipped(logger, log.UnshippedEvents, e.Message);
            }
        }

        await base.StopAsync(cancellationToken);
        foreach (var view in views.All)
            view.Follower?.Save();
    }

    protected override async Task RunAsync(HostLoops loops, CancellationToken stopping)
    {
        await loops.RunUntilDoneAsync(Part, OpenAsync, stopping);
        if (open.Current is not { } log)
            return;
        await Task.WhenAll(
        [
            loops.RunAsync("segments of the event log", log.PrepareAsync, stopping),
            loops.RunAsync("shipping of events", log.ShipAsync, stopping),
            loops.RunAsync("state of the event log", ReportAsync, stopping),
            .. views.All.Select(view => loops.RunAsync($"view {view.Name}", token => ApplyAsync(view, log, token), stopping)),
        ]);
    }

    public override void Dispose()
    {
        foreach (var view in views.All)
            view.Follower?.Dispose();
        open.Current?.Dispose();
        base.Dispose();
    }

    private async Task<bool> OpenAsync(CancellationToken cancellation)
    {
        try
        {
            var options = new EventLogOptions(settings.Folder, settings.Mode, settings.MostBytes)
            {
                SealAfter = TimeSpan.FromSeconds(settings.SealSeconds),
            };
            open.Current = await EventLog.OpenAsync(options, store, time, logger, cancellation);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or RegistryException)
        {
            readiness.Await(Part, $"the event log can't be opened: {e.Message}");
            throw;
        }

        readiness.Has(Part);
        return true;
    }

    private async Task ApplyAsync(LoadedView view, EventLog log, CancellationToken cancellation)
    {
        var follower = view.Follower ?? await views.LoadAsync(view, log, cancellation);
        await follower.RoundAsync(cancellation);
    }

    private async Task ReportAsync(CancellationToken cancellation)
    {
        if (open.Current is { } log)
        {
            if (views.FirstPosition is { } first)
                log.KeepFrom(first);
            if (log.Failure is { } failure)
                Degrade(Part, failure);
            else
                Restore(Part);
        }

        await Task.Delay(ReportPeriod, time, cancellation);
    }
}

internal static partial class EventLogServiceLog
{
    [LoggerMessage(140, LogLevel.Warning, "{Events} events are not shipped; they stay on the volume: {Why}")]
    internal static partial void NotShipped(ILogger logger, long events, string why);

    [LoggerMessage(142, LogLevel.Error, "The disk may not have all events; a later run of the machine begins an epoch: {Why}")]
    internal static partial void NotClean(ILogger logger, string why);
}
