using ModelServing.Cache;
using ModelServing.Cache.Reports;
using ModelServing.Contracts.Features;
using ModelServing.FeatureServer.Events;
using ModelServing.FeatureServer.Views;
using ModelServing.Hosting;

namespace ModelServing.FeatureServer.Reporting;

/// <summary>Reports the state of the event log and of the views to the cache several times a minute. ModelMetrics posts it to Monitoring,
/// where the alarms are.</summary>
internal sealed class FeatureReporter(
    FeatureServerSettings settings, CacheConnections cache, OpenLog open, ServedViewTable views, TimeProvider time) : LoopingService
{
    private const int ReportsPerMinute = 6;

    private readonly FeatureReports reports = cache.Reports(settings);
    private readonly ViewDelays delays = new(time);
    private readonly List<ViewTally> tallies = [.. views.All.Select(static view => new ViewTally(view))];
    private long minute;

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            await ReportAsync(isLeaving: true, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The time for stopping is over; the process is about to be killed.
        }
    }

    protected override Task RunAsync(HostLoops loops, CancellationToken stopping)
    {
        var period = settings.Minute / ReportsPerMinute;
        return loops.RunAsync(
            "reports about features",
            async token =>
            {
                await ReportAsync(isLeaving: false, token);
                var elapsed = (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks % period.Ticks;
                await Task.Delay(TimeSpan.FromTicks(period.Ticks - elapsed), time, token);
            },
            stopping);
    }

    private async Task ReportAsync(bool isLeaving, CancellationToken cancellation)
    {
        if (open.Current is not { } log)
            return;
        var now = MinuteReports.NumberOf(time.GetUtcNow(), settings.Minute);
        if (now != minute)
        {
            minute = now;
            foreach (var tally in tallies)
                tally.Restart();
        }

        delays.Add(log.LastSequence);
        var report = new FeatureReport(
            log.UnshippedEvents,
            log.Overdue.TotalSeconds,
            (double)log.Bytes / settings.Log!.MostBytes,
            [.. tallies.Select(tally => tally.Report(delays))])
        {
            IsLeaving = isLeaving,
        };
        try
        {
            await reports.WriteAsync(minute, report, cancellation);
        }
        catch (CacheException)
        {
            // The views' loops say so too.
        }
    }
}
