using ModelServing.Contracts;
using StackExchange.Redis;

namespace ModelServing.Cache.Reports;

/// <summary>
/// What the processes of Inference report of each minute, in the cache. A minute's number is the Unix time over the length of a minute.
/// Each process has a field of its own in each minute's hash and writes it whole, so a report that comes twice or late does no harm. All
/// of it goes by itself after <see cref="KeptMinutes"/>.
/// </summary>
public sealed class MinuteReports
{
    /// <summary>For how many minutes reports are kept.</summary>
    public const int KeptMinutes = 60;

    /// <summary>The most models that are read of; those that reported last.</summary>
    public const int MaxModels = 500;

    // However short a demonstration's minute is, a program has to come round to it.
    private static readonly TimeSpan LeastRetention = TimeSpan.FromMinutes(5);

    private readonly CacheConnection cache;
    private readonly ReportKeys keys;

    /// <summary>The reports of an environment.</summary>
    /// <param name="cache">The connection.</param>
    /// <param name="environment">The environment's name: several may share a cache.</param>
    /// <param name="minute">How long a minute lasts.</param>
    public MinuteReports(CacheConnection cache, string environment, TimeSpan minute)
    {
        ArgumentNullException.ThrowIfNull(cache);
        this.cache = cache;
        keys = new ReportKeys(environment);
        Retention = RetentionOf(minute);
    }

    internal TimeSpan Retention { get; }

    /// <summary>The number of the minute that a time is in.</summary>
    public static long NumberOf(DateTimeOffset time, TimeSpan minute) => (time - DateTimeOffset.UnixEpoch).Ticks / minute.Ticks;

    /// <summary>When a minute begins.</summary>
    public static DateTimeOffset StartOf(long number, TimeSpan minute) => DateTimeOffset.UnixEpoch + number * minute;

    /// <summary>Says what a process counted in a minute, in place of what it said before.</summary>
    /// <exception cref="CacheException">The cache does not have it.</exception>
    public Task WriteAsync(ModelName model, long minute, ProcessReport report, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(report);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(report.Streams.Count, ProcessReport.MaxStreams, nameof(report));
        var key = keys.MinuteOf(model, minute);
        var bytes = ProcessReportFormat.Write(report);
        return cache.AskAsync(
            "what was counted can't be reported",
            async multiplexer =>
            {
                // The connection keeps their order. A time to live that was not set for a crash in between is set with the next report.
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

    /// <summary>The models that were reported of in the minutes that are kept, in order of their names.</summary>
    /// <param name="now">The number of the present minute.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CacheException">They can't be read.</exception>
    public async Task<IReadOnlyList<ModelName>> ModelsAsync(long now, CancellationToken cancellationToken)
    {
        var names = await cache.AskAsync(
            "the models that are reported of can't be read",
            async multiplexer =>
            {
                var database = multiplexer.GetDatabase();
                _ = await database.SortedSetRemoveRangeByScoreAsync(keys.Models, double.NegativeInfinity, now - KeptMinutes);
                return await database.SortedSetRangeByRankAsync(keys.Models, 0, MaxModels - 1, Order.Descending);
            },
            cancellationToken);
        return [.. names.Select(static name => ModelName.TryParse(name, null, out var model) ? model : null).OfType<ModelName>().Order()];
    }

    /// <summary>What the processes of a model said of a minute.</summary>
    /// <exception cref="CacheException">It can't be read.</exception>
    public async Task<ModelMinute> ReadAsync(ModelName model, long minute, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        var all = await cache.AskAsync("reports can't be read", multiplexer => multiplexer.GetDatabase().HashGetAllAsync(keys.MinuteOf(model, minute)), cancellationToken);
        var reports = new List<ProcessReport>(all.Length);
        foreach (var entry in all)
        {
            try
            {
                // Others may keep in the cache what they like.
                if (ReportKeys.Read(entry.Name) is var (version, incarnation))
                    reports.Add(ProcessReportFormat.Read(version, incarnation, (byte[])entry.Value!));
            }
            catch (ContractException)
            {
                // Counted by what is missing.
            }
        }

        return new ModelMinute(reports, all.Length - reports.Count);
    }

    internal static TimeSpan RetentionOf(TimeSpan minute) => KeptMinutes * minute is var kept && kept > LeastRetention ? kept : LeastRetention;
}
