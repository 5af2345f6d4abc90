using Microsoft.Extensions.Logging;
using ModelServing.Cache;
using ModelServing.Cache.Reports;
using ModelServing.Contracts;
using ModelServing.Hosting;
using ModelServing.Predictions;
using ModelServing.Predictions.Shipping;

namespace ModelServing.Inference.Reporting;

/// <summary>
/// Reports this process's counts to the cache, for ModelMetrics, version by version. Requests never wait for a report, and they are served
/// whatever the state of the cache.
/// </summary>
/// <remarks>
/// <code>
/// 1 close    the minute that is over; drop the oldest one if too many are unreported
/// 2 settle   report the closed minutes, which are final
/// 3 update   report the open minute so far
/// </code>
/// When the process stops, it reports that it is leaving.
/// </remarks>
internal sealed class CountReporter : ReportingService
{
    private readonly InferenceSettings settings;
    private readonly MinuteReports reports;
    private readonly (ServedVersion Version, MinuteLedger Ledger)[] ledgers;

    public CountReporter(
        InferenceSettings settings,
        CacheConnection connection,
        ServedVersions versions,
        TimeProvider time,
        ILogger<CountReporter> logger,
        PredictionLog? log = null)
        : base("counts", settings.Minute, time)
    {
        this.settings = settings;
        reports = new MinuteReports(connection, settings.Environment, settings.Minute);
        var run = Guid.CreateVersion7();
        ledgers = [.. versions.All.Select(version => (version, new MinuteLedger(
            version.Recorder, version.Settings.Version, run, Now(), log is null ? null : () => StateOf(log))))];
        connection.Changed += state =>
        {
            if (state.IsUnavailable)
                ReportingLog.CacheUnavailable(logger, connection.Location, state.Reason ?? "");
            else
                ReportingLog.CacheAvailable(logger, connection.Location);
        };
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        // All requests are answered by now, because the server stops before this service.
        await base.StopAsync(cancellationToken);
        foreach (var (version, ledger) in ledgers)
            version.Metrics.Unreported(ledger.CountUnreported(), "cache-unavailable");
    }

    protected override async Task ReportAsync(bool isLeaving, CancellationToken cancellation)
    {
        // 1
        foreach (var (version, ledger) in ledgers)
        {
            version.Metrics.Unreported(ledger.MoveTo(Now()), "cache-unavailable");
            version.Metrics.Unreported(version.Recorder.TakeUncounted(), "no-room");
        }

        try
        {
            foreach (var (version, ledger) in ledgers)
                await ReportAsync(version, ledger, isLeaving, cancellation);
        }
        catch (CacheException)
        {
            // The connection's state change is logged instead. Each version would wait for the same time limit.
        }
    }

    private async Task ReportAsync(ServedVersion version, MinuteLedger ledger, bool isLeaving, CancellationToken cancellation)
    {
        // 2
        while (ledger.OldestUnreported is var (minute, report))
        {
            await reports.WriteAsync(version.Settings.Model, minute, report, cancellation);
            ledger.MarkReported();
        }

        // 3
        await reports.WriteAsync(version.Settings.Model, ledger.OpenMinute, ledger.ReportOpenMinute(isLeaving), cancellation);
    }

    private static LogReport StateOf(PredictionLog log) =>
        new(log.BacklogRecords, log.BacklogAge, log.CountAside(), Enum.GetValues<LostReason>().Sum(log.Counters.Lost));

    private long Now() => MinuteReports.NumberOf(Time.GetUtcNow(), settings.Minute);
}

internal static partial class ReportingLog
{
    [LoggerMessage(50, LogLevel.Warning, "The cache {Location} is unavailable: {Why}. Requests are still served; " +
        "their counts are reported when it is back, or dropped after some minutes")]
    internal static partial void CacheUnavailable(ILogger logger, string location, string why);

    [LoggerMessage(51, LogLevel.Information, "The cache {Location} is available; counts are reported to it")]
    internal static partial void CacheAvailable(ILogger logger, string location);
}
