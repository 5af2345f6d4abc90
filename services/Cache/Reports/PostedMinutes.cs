using StackExchange.Redis;

namespace ModelServing.Cache.Reports;

/// <summary>Records which minutes are posted, so that overlapping and repeated runs of ModelMetrics post each minute once.</summary>
/// <remarks>A run claims a minute, posts it, and marks it. If a run dies in between, its claim expires, and another run posts the whole
/// minute. The values that were posted before are then posted twice. Means, shares and quantiles stay the same; sums and counts of that
/// minute are doubled.</remarks>
public sealed class PostedMinutes
{
    private static readonly RedisValue Posted = "posted";

    private readonly CacheConnection cache;
    private readonly ReportKeys keys;
    private readonly TimeSpan retention;

    /// <param name="cache">The connection.</param>
    /// <param name="environment">The environment's name.</param>
    /// <param name="minute">The length of a minute.</param>
    public PostedMinutes(CacheConnection cache, string environment, TimeSpan minute)
    {
        ArgumentNullException.ThrowIfNull(cache);
        this.cache = cache;
        keys = new ReportKeys(environment);
        retention = MinuteReports.RetentionOf(minute);
    }

    /// <summary>Claims a minute for a run; false if it is posted, or claimed by another run.</summary>
    /// <param name="minute">The minute's number.</param>
    /// <param name="lease">How long the claim lasts, unless the minute is marked.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <exception cref="CacheException">It is unknown whether the minute was claimed.</exception>
    public Task<bool> TakeAsync(long minute, Guid run, TimeSpan lease, CancellationToken cancellationToken) => cache.QueryAsync(
        "a minute can't be claimed",
        multiplexer => multiplexer.GetDatabase().StringSetAsync(keys.PostedOf(minute), run.ToString("N"), lease, When.NotExists),
        cancellationToken);

    /// <summary>Marks a minute as posted, whichever run claimed it.</summary>
    /// <exception cref="CacheException">The minute may not be marked, and would then be posted again.</exception>
    public Task MarkAsync(long minute, CancellationToken cancellationToken) => cache.QueryAsync(
        "a minute can't be marked as posted",
        multiplexer => multiplexer.GetDatabase().StringSetAsync(keys.PostedOf(minute), Posted, retention),
        cancellationToken);
}
