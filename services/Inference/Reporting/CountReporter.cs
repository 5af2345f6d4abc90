using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ModelServing.Cache;
using ModelServing.Cache.Reports;
using ModelServing.Contracts;

namespace ModelServing.Inference.Reporting;

/// <summary>
/// Says to the cache what this process counted, for ModelMetrics. No request waits for it, and whatever the cache does, requests are
/// served.
/// </summary>
/// <remarks>
/// Six times a minute, once of these at its end:
/// <code>
/// 1 turn     close the minute that is over; give up the oldest of those that could not be said
/// 2 settle   say the minutes that are over, to the end
/// 3 say      what the open minute has so far
/// </code>
/// At the process's end once more, and that it leaves. One that is killed takes with it what it counted since it said something last: a
/// sixth of a minute's worth.
/// </remarks>
internal sealed class CountReporter : BackgroundService
{
    private const int TimesAMinute = 6;

    private readonly InferenceSettings settings;
    private readonly InferenceMetrics metrics;
    private readonly TimeProvider time;
    private readonly RequestRecorder recorder;
    private readonly MinuteReports reports;
    private readonly MinuteLedger ledger;

    public CountReporter(InferenceSettings settings, CacheConnection connection, RequestRecorder recorder, InferenceMetrics metrics, TimeProvider time, ILogger<CountReporter> logger)
    {
        this.settings = settings;
        this.recorder = recorder;
        this.metrics = metrics;
        this.time = time;
        reports = new MinuteReports(connection, settings.Environment, settings.Minute);
        ledger = new MinuteLedger(recorder, settings.Version, Guid.CreateVersion7(), Now());
        connection.Changed += state =>
        {
            if (state.IsUnavailable)
                ReportingLog.CacheAway(logger, connection.Location, state.Reason ?? "");
            else
                ReportingLog.CacheReached(logger, connection.Location);
        };
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        // Requests are answered by now: the server stops before this.
        await base.StopAsync(cancellationToken);
        try
        {
            await ReportAsync(isLeaving: true, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // Killed next.
        }

        metrics.Unreported(ledger.Unsaid(), "cache-away");
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var period = settings.Minute / TimesAMinute;
        try
        {
            while (true)
            {
                await ReportAsync(isLeaving: false, stoppingToken);
                var since = (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks % period.Ticks;
                await Task.Delay(TimeSpan.FromTicks(period.Ticks - since), time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private async Task ReportAsync(bool isLeaving, CancellationToken cancellation)
    {
        // 1
        metrics.Unreported(ledger.Turn(Now()), "cache-away");
        metrics.Unreported(recorder.TakeUncounted(), "no-room");
        try
        {
            // 2
            while (ledger.Owed is var (minute, report))
            {
                await reports.WriteAsync(settings.Model, minute, report, cancellation);
                ledger.Said();
            }

            // 3
            await reports.WriteAsync(settings.Model, ledger.Open, ledger.OfOpen(isLeaving), cancellation);
        }
        catch (CacheException)
        {
            // The connection's state says it.
        }
    }

    private long Now() => MinuteReports.NumberOf(time.GetUtcNow(), settings.Minute);
}

internal static partial class ReportingLog
{
    [LoggerMessage(50, LogLevel.Warning, "The cache {Location} does not answer: {Why}. Requests are served; what is counted of them is reported once it is back, or given up after some minutes")]
    internal static partial void CacheAway(ILogger logger, string location, string why);

    [LoggerMessage(51, LogLevel.Information, "The cache {Location} answers; what is counted is reported to it")]
    internal static partial void CacheReached(ILogger logger, string location);
}
