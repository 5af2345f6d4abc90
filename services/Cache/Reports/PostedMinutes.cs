using StackExchange.Redis;

namespace ModelServing.Cache.Reports;

/// <summary>Which minutes' numbers are posted, so that overlapping and repeated runs of ModelMetrics post each minute once.</summary>
/// <remarks>A run takes a minute, posts it, and marks it. One that dies in between loses its claim after a while, and another posts the
/// whole minute: what had been posted stands twice then, so each value has the double weight. Means, shares and quantiles stay what they
/// are; sums and counts of that minute are doubled.</remarks>
public sealed class PostedMinutes
{
    private static readonly RedisValue Posted = "posted";

    private readonly CacheConnection cache;
    private readonly ReportKeys keys;
    private readonly TimeSpan retention;

    /// <summary>Those of an environment.</summary>
    /// <param name="cache">The connection.</param>
    /// <param name="environment">The environment's name.</param>
    /// <param name="minute">How long a minute lasts.</param>
    public PostedMinutes(CacheConnection cache, string environment, TimeSpan minute)
    {
        ArgumentNullException.ThrowIfNull(cache);
        this.cache = cache;
        keys = new ReportKeys(environment);
        retention = MinuteReports.RetentionOf(minute);
    }

    /// <summary>Takes a minute for a run: false where it is posted, or another has it.</summary>
    /// <param name="minute">The minute's number.</param>
    /// <param name="run">The run.</param>
    /// <param name="lease">For how long nobody else takes it unless it is marked.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CacheException">Nobody knows.</exception>
    public Task<bool> TakeAsync(long minute, Guid run, TimeSpan lease, CancellationToken cancellationToken) => cache.AskAsync(
        "a minute can't be taken",
        multiplexer => multiplexer.GetDatabase().StringSetAsync(keys.PostedOf(minute), run.ToString("N"), lease, When.NotExists),
        cancellationToken);

    /// <summary>Says that a minute is posted, whoever has it.</summary>
    /// <exception cref="CacheException">It is not said: the minute will be posted again.</exception>
    public Task MarkAsync(long minute, CancellationToken cancellationToken) => cache.AskAsync(
        "a minute can't be marked as posted",
        multiplexer => multiplexer.GetDatabase().StringSetAsync(keys.PostedOf(minute), Posted, retention),
        cancellationToken);
}
