using ModelServing.Cache;
using ModelServing.Cache.Reports;
using ModelServing.Contracts;
using ModelServing.Hosting;

namespace ModelServing.Inference.Reporting;

/// <summary>Reports to the cache, at the end of each minute, what the versions' inputs were in the last hour. ModelMetrics compares it with
/// training. Without the cache it reports nothing: the next report has the same hour.</summary>
internal sealed class InputReporter(
    InferenceSettings settings, CacheConnection connection, ServedVersions versions, TimeProvider time) : LoopingService
{
    private readonly InputReports reports = new(connection, settings.Environment, settings.Minute);
    private readonly Guid incarnation = Guid.CreateVersion7();

    protected override Task RunAsync(HostLoops loops, CancellationToken stopping) => loops.RunAsync(
        "reports about inputs",
        async token =>
        {
            var minute = MinuteReports.NumberOf(time.GetUtcNow(), settings.Minute);
            var end = MinuteReports.StartOf(minute + 1, settings.Minute) - time.GetUtcNow();
            await Task.Delay(end > TimeSpan.Zero ? end : TimeSpan.Zero, time, token);
            await ReportAsync(minute, token);
        },
        stopping);

    private async Task ReportAsync(long minute, CancellationToken cancellation)
    {
        foreach (var version in versions.All)
        {
            if (version.Model.Known?.Served is not { } served)
                continue;
            var (model, number) = (version.Settings.Model, version.Settings.Version);
            try
            {
                await reports.WriteAsync(model, minute, number, incarnation, served.Report(minute), cancellation);
            }
            catch (CacheException)
            {
                // The reporter of the counts logs it.
            }
        }
    }
}
