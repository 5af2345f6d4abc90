using ModelServing.Cache;
using ModelServing.Cache.Traffic;
using ModelServing.Contracts;
using ModelServing.Hosting;
using ModelServing.Router.Metrics;
using ModelServing.Router.Routing;

namespace ModelServing.Router.Rollouts;

/// <summary>Reports to the other routers, through the cache, what this one counted of each variant, and adds up what they reported. It is
/// for people; the guard has its own counts.</summary>
internal sealed class TrafficExchange(
    RoutingTableHolder holder, RouterIncarnation router, TimeProvider time, RouterCache? cache = null) : LoopingService
{
    internal static readonly TimeSpan Period = AttemptHistory.Share;

    private readonly Dictionary<ModelName, long> reported = [];

    /// <summary>The name of this router's run.</summary>
    internal string Router => router.Name;

    /// <summary>What this router counted of a variant; null if there was no request.</summary>
    internal AttemptHistory? Own(VariantRoute route) => route.Recent.Read(time.GetElapsedTime(0, time.GetTimestamp()));

    /// <summary>What the other routers reported of a model's variants. Null if the cache does not answer; empty without a cache.</summary>
    internal async Task<IReadOnlyDictionary<VariantRun, AttemptHistory>?> OthersAsync(ModelName model, CancellationToken cancellation)
    {
        var sums = new Dictionary<VariantRun, AttemptHistory>();
        if (cache is null)
            return sums;
        IReadOnlyList<RouterReport> reports;
        try
        {
            reports = await cache.TrafficOf(model).ReadAsync(cancellation);
        }
        catch (CacheException)
        {
            return null;
        }

        var now = time.GetUtcNow();
        foreach (var report in reports.Where(report => report.Router != router.Id))
        {
            // A report in another program version's format is left out.
            foreach (var (run, history) in TrafficFormat.Read(report.Counts) ?? new Dictionary<VariantRun, AttemptHistory>())
            {
                if (!sums.TryGetValue(run, out var sum))
                    sums.Add(run, sum = new AttemptHistory());
                sum.Add(history, now - report.Time);
            }
        }

        return sums;
    }

    /// <summary>Reports the models that had requests since the last report.</summary>
    internal async Task ReportAsync(CancellationToken cancellation)
    {
        foreach (var model in holder.Current?.Models ?? [])
        {
            var counted = model.Variants
                .Select(route => (Run: RunOf(route), History: Own(route)))
                .Where(static pair => pair.History is not null)
                .ToDictionary(static pair => pair.Run, static pair => pair.History!);
            var requests = counted.Values.Sum(static history => history.Requests);
            if (requests == reported.GetValueOrDefault(model.Name))
                continue;
            var bytes = TrafficFormat.Write(counted);
            if (bytes.Length <= RouterTraffic.MaxBytes)
                await cache!.TrafficOf(model.Name).WriteAsync(new RouterReport(router.Id, time.GetUtcNow(), bytes), cancellation);
            reported[model.Name] = requests;
        }
    }

    internal static VariantRun RunOf(VariantRoute route) => new(route.Variant, route.Version, route.Trial);

    /// <summary>Stops, and reports the last seconds to the routers that go on.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        // A query has a time limit of its own.
        if (cache is not null)
            await TryReportAsync(CancellationToken.None);
    }

    protected override Task RunAsync(HostLoops loops, CancellationToken stopping)
    {
        ArgumentNullException.ThrowIfNull(loops);
        return cache is null ? Task.CompletedTask : loops.RunAsync("traffic reports", ReportNextAsync, stopping);
    }

    private async Task ReportNextAsync(CancellationToken cancellation)
    {
        await Task.Delay(Period, time, cancellation);
        await TryReportAsync(cancellation);
    }

    private async Task TryReportAsync(CancellationToken cancellation)
    {
        try
        {
            await ReportAsync(cancellation);
        }
        catch (CacheException)
        {
            // The connection's state reports the failure, and the next report has all of it.
        }
    }
}
