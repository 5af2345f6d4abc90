using ModelServing.Cache;
using ModelServing.Cache.Reports;
using ModelServing.Contracts.Features;
using ModelServing.FeatureServer.Events;
using ModelServing.FeatureServer.Views;
using ModelServing.Hosting;

namespace ModelServing.FeatureServer.Reporting;

/// <summary>Reports the state of the event log and of the views to the cache. ModelMetrics posts it to Monitoring, where the alarms
/// are.</summary>
internal sealed class FeatureReporter(
    FeatureServerSettings settings, CacheConnections cache, OpenLog open, ServedViewTable views, TimeProvider time)
    : ReportingService("reports about features", settings.Minute, time)
{
    private readonly FeatureReports reports = cache.Reports(settings);
    private readonly ViewDelays delays = new(time);
    private readonly List<ViewTally> tallies = [.. views.All.Select(static view => new ViewTally(view))];
    private long minute;

    protected override async Task ReportAsync(bool isLeaving, CancellationToken cancellation)
    {
        if (open.Current is not { } log)
            return;
        var now = MinuteReports.NumberOf(Time.GetUtcNow(), settings.Minute);
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
