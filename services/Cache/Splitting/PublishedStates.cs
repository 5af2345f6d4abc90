using StackExchange.Redis;

namespace ModelServing.Cache.Splitting;

/// <summary>What the routers of an environment know about rollouts, for the functions that split traffic. Each router writes a field of its
/// own, as a whole.</summary>
public sealed class PublishedStates
{
    private static readonly TimeSpan Retention = TimeSpan.FromHours(1);

    private readonly CacheConnection cache;
    private readonly RedisKey key;

    /// <param name="cache">The connection.</param>
    /// <param name="environment">The environment's name; several may share a cache.</param>
    public PublishedStates(CacheConnection cache, string environment)
    {
        ArgumentNullException.ThrowIfNull(cache);
        this.cache = cache;
        key = $"{{ms:{CacheKeys.Checked(environment)}:rollouts}}:published";
    }

    /// <summary>Writes what a router knows over what it wrote before.</summary>
    /// <exception cref="CacheException">It may not be written.</exception>
    public Task WriteAsync(Guid router, ReadOnlyMemory<byte> state, CancellationToken cancellationToken) => cache.QueryAsync(
        "the rollouts can't be published",
        async multiplexer =>
        {
            // The connection keeps the order of the commands. If a crash prevents the expiry, the next one sets it.
            var database = multiplexer.GetDatabase();
            await Task.WhenAll(database.HashSetAsync(key, FieldOf(router), state), database.KeyExpireAsync(key, Retention));
            return true;
        },
        cancellationToken);

    /// <summary>Reads what each router wrote last.</summary>
    /// <exception cref="CacheException">It can't be read.</exception>
    public async Task<IReadOnlyDictionary<Guid, ReadOnlyMemory<byte>>> ReadAsync(CancellationToken cancellationToken)
    {
        var all = await cache.QueryAsync(
            "the published rollouts can't be read",
            multiplexer => multiplexer.GetDatabase().HashGetAllAsync(key),
            cancellationToken);
        // Other programs may write anything into the cache.
        return all.Where(static entry => entry.Name.Length() == 16)
            .ToDictionary(
                static entry => new Guid((byte[])entry.Name!, bigEndian: true),
                static entry => (ReadOnlyMemory<byte>)entry.Value);
    }

    /// <summary>Removes what routers wrote that are gone. One that is not gone writes it again.</summary>
    /// <exception cref="CacheException">It may not be removed.</exception>
    public Task RemoveAsync(IEnumerable<Guid> routers, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(routers);
        RedisValue[] fields = [.. routers.Select(FieldOf)];
        return fields.Length == 0 ? Task.CompletedTask : cache.QueryAsync(
            "published rollouts can't be removed",
            multiplexer => multiplexer.GetDatabase().HashDeleteAsync(key, fields),
            cancellationToken);
    }

    private static RedisValue FieldOf(Guid router) => router.ToByteArray(bigEndian: true);
}
