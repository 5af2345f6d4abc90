using ModelServing.Contracts;
using ModelServing.Contracts.Monitoring;
using StackExchange.Redis;

namespace ModelServing.Cache.Reports;

/// <summary>
/// The reports of Inference processes about each minute, in the cache. A minute's number is the Unix time divided by the length of a
/// minute. Each process has its own field in each minute's hash and writes it as a whole, so a repeated or late report does no harm.
/// Reports expire after <see cref="KeptMinutes"/>.
/// </summary>
public sealed class MinuteReports
{
    public const int KeptMinutes = 60;

    // Even if a demo's minute is very short, ModelMetrics must have time to read it.
    private static readonly TimeSpan LeastRetention = TimeSpan.FromMinutes(5);

    private readonly CacheConnection cache;
    private readonly ReportKeys keys;

    /// <param name="cache">The connection.</param>
    /// <param name="environment">The environment's name; several may share a cache.</param>
    /// <param name="minute">The length of a minute.</param>
    public MinuteReports(CacheConnection cache, string environment, TimeSpan minute)
    {
        ArgumentNullException.ThrowIfNull(cache);
        this.cache = cache;
        keys = new ReportKeys(environment);
        Retention = RetentionOf(minute);
    }

    internal TimeSpan Retention { get; }

    /// <summary>Returns the number of the minute that contains a time.</summary>
    public static long NumberOf(DateTimeOffset time, TimeSpan minute) => (time - DateTimeOffset.UnixEpoch).Ticks / minute.Ticks;

    /// <summary>Returns the start of a minute.</summary>
    public static DateTimeOffset StartOf(long number, TimeSpan minute) => DateTimeOffset.UnixEpoch + number * minute;

    /// <summary>Writes a process's report about a minute over its previous one.</summary>
    /// <exception cref="CacheException">The report may not be written.</exception>
    public Task WriteAsync(ModelName model, long minute, ProcessReport report, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(report);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(report.Streams.Count, ProcessReport.MaxStreams, nameof(report));
        var key = keys.MinuteOf(model, minute);
        var bytes = ProcessReportFormat.Write(report);
        return cache.QueryAsync(
            "a report can't be written",
            async multiplexer =>
            {
                // The connection keeps the order of the commands. If a crash prevents the expiry, the next report sets it.
                var database = multiplexer.GetDatabase();
                await Task.WhenAll(
                    database.HashSetAsync(key, ReportKeys.FieldOf(report.Version, report.Incarnation), bytes),
                    database.KeyExpireAsync(key, Retention),
                    database.SortedSetAddAsync(keys.Models, model.Text, minute, SortedSetWhen.GreaterThan),
                    database.KeyExpireAsync(keys.Models, Retention));
                return true;
            },
            cancellationToken);
    }

    /// <summary>Reads the models with a report in the kept minutes, ordered by name: at most <see cref="ModelMetricCatalogue.MaxModels"/>,
    /// those with the latest reports, and how many are left out.</summary>
    /// <param name="now">The number of the current minute.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <exception cref="CacheException">The models can't be read.</exception>
    public async Task<(IReadOnlyList<ModelName> Models, long LeftOut)> ModelsAsync(long now, CancellationToken cancellationToken)
    {
        var (names, count) = await cache.QueryAsync(
            "the reported models can't be read",
            async multiplexer =>
            {
                var database = multiplexer.GetDatabase();
                _ = await database.SortedSetRemoveRangeByScoreAsync(keys.Models, double.NegativeInfinity, now - KeptMinutes);
                return (
                    await database.SortedSetRangeByRankAsync(keys.Models, 0, ModelMetricCatalogue.MaxModels - 1, Order.Descending),
                    await database.SortedSetLengthAsync(keys.Models));
            },
            cancellationToken);
        return (
            [.. names.Select(static name => ModelName.TryParse(name, null, out var model) ? model : null).OfType<ModelName>().Order()],
            Math.Max(0, count - names.Length));
    }

    /// <summary>Reads the reports of a model's processes about a minute.</summary>
    /// <exception cref="CacheException">The reports can't be read.</exception>
    public async Task<ModelMinute> ReadAsync(ModelName model, long minute, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        var all = await cache.QueryAsync(
            "reports can't be read",
            multiplexer => multiplexer.GetDatabase().HashGetAllAsync(keys.MinuteOf(model, minute)),
            cancellationToken);
        var reports = new List<ProcessReport>(all.Length);
        foreach (var entry in all)
        {
            try
            {
                // Other programs may write anything into the cache.
                if (ReportKeys.Read(entry.Name) is var (version, incarnation))
                    reports.Add(ProcessReportFormat.Read(version, incarnation, (byte[])entry.Value!));
            }
            catch (ContractException)
            {
                // Counted as unreadable below.
            }
        }

        return new ModelMinute(reports, all.Length - reports.Count);
    }

    internal static TimeSpan RetentionOf(TimeSpan minute) =>
        KeptMinutes * minute is var kept && kept > LeastRetention ? kept : LeastRetention;
}
