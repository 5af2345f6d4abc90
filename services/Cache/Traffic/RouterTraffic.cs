using System.Buffers.Binary;
using ModelServing.Contracts;
using StackExchange.Redis;

namespace ModelServing.Cache.Traffic;

/// <summary>The reports of an environment's routers about the requests of one model, for people who look at its variants. They are in one
/// hash, with a field for each run of a router. A day after the last report, the hash expires.</summary>
public sealed class RouterTraffic
{
    /// <summary>The most bytes of the counts in one report.</summary>
    public const int MaxBytes = 512 * 1024;

    /// <summary>The most runs of routers whose reports are kept; the oldest go first.</summary>
    public const int MaxRouters = 64;

    private const int TimeBytes = sizeof(long);
    private const int NameBytes = 16;

    private static readonly TimeSpan Retention = TimeSpan.FromDays(1);
    private static readonly long LastMilliseconds = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    private readonly CacheConnection cache;
    private readonly RedisKey key;

    /// <param name="cache">The connection.</param>
    /// <param name="environment">The environment's name; several may share a cache.</param>
    public RouterTraffic(CacheConnection cache, string environment, ModelName model)
    {
        ArgumentNullException.ThrowIfNull(cache);
        this.cache = cache;
        key = $"{{ms:{CacheKeys.Checked(environment)}:traffic:{model}}}";
    }

    /// <summary>Writes a router's report over its previous one.</summary>
    /// <exception cref="CacheException">The report may not be written.</exception>
    public async Task WriteAsync(RouterReport report, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(report.Counts.Length, MaxBytes, nameof(report));
        var value = new byte[TimeBytes + report.Counts.Length];
        BinaryPrimitives.WriteInt64LittleEndian(value, report.Time.ToUnixTimeMilliseconds());
        report.Counts.Span.CopyTo(value.AsSpan(TimeBytes));
        var count = await cache.QueryAsync(
            "a report can't be written",
            async multiplexer =>
            {
                var database = multiplexer.GetDatabase();
                var set = database.HashSetAsync(key, report.Router.ToByteArray(bigEndian: true), value);
                var expire = database.KeyExpireAsync(key, Retention);
                var length = database.HashLengthAsync(key);
                await Task.WhenAll(set, expire, length);
                return await length;
            },
            cancellationToken);
        if (count > MaxRouters)
            await DeleteOldestAsync(cancellationToken);
    }

    /// <summary>Reads the last report of each run.</summary>
    /// <exception cref="CacheException">The reports can't be read.</exception>
    public async Task<IReadOnlyList<RouterReport>> ReadAsync(CancellationToken cancellationToken)
    {
        var all = await cache.QueryAsync(
            "reports can't be read", multiplexer => multiplexer.GetDatabase().HashGetAllAsync(key), cancellationToken);
        return [.. all.Select(Read).OfType<RouterReport>()];
    }

    private async Task DeleteOldestAsync(CancellationToken cancellation)
    {
        var newest = (await ReadAsync(cancellation)).OrderByDescending(static report => report.Time).Take(MaxRouters)
            .Select(static report => (RedisValue)report.Router.ToByteArray(bigEndian: true))
            .ToHashSet();
        await cache.QueryAsync(
            "old reports can't be deleted",
            async multiplexer =>
            {
                var database = multiplexer.GetDatabase();
                var fields = await database.HashKeysAsync(key);
                return await database.HashDeleteAsync(key, [.. fields.Where(field => !newest.Contains(field))]);
            },
            cancellation);
    }

    // Null for what is not a report: other programs may write anything into the cache.
    private static RouterReport? Read(HashEntry entry)
    {
        var (name, value) = ((byte[]?)entry.Name, (byte[]?)entry.Value);
        return name is { Length: NameBytes } && value is { Length: >= TimeBytes }
            && BinaryPrimitives.ReadInt64LittleEndian(value) is >= 0 and var time && time <= LastMilliseconds
                ? new RouterReport(
                    new Guid(name, bigEndian: true), DateTimeOffset.FromUnixTimeMilliseconds(time), value.AsMemory(TimeBytes))
                : null;
    }
}
