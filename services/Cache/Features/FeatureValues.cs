using StackExchange.Redis;

namespace ModelServing.Cache.Features;

/// <summary>
/// One binary value for each view and entity, with a time to live. Any number of values are read in one round: all commands are sent before
/// an answer is awaited. A value is replaced only if it is still the one that was read.
/// </summary>
/// <param name="cache">The connection.</param>
public sealed class FeatureValues(CacheConnection cache)
{
    /// <summary>The most bytes of a value.</summary>
    public const int MostBytes = 1024 * 1024;

    /// <summary>How often an update is tried.</summary>
    public const int MostTries = 12;

    // The server answers others between two commands.
    private const int MostKeysOfCommand = 128;

    // A transaction blocks its connection for a round trip, so it holds several keys where the cache is not sharded. One key that changed
    // in between fails all of them.
    private const int MostKeysOfTransaction = 32;

    /// <summary>Reads values. A missing value is null.</summary>
    /// <exception cref="CacheException">The values can't be read.</exception>
    public async Task<byte[]?[]> ReadAsync(IReadOnlyList<FeatureKey> keys, CancellationToken cancellationToken)
    {
        using var leased = await LeaseAsync(keys, cancellationToken);
        var values = new byte[]?[keys.Count];
        for (var i = 0; i < values.Length; i++)
            values[i] = leased[i]?.ToArray();
        return values;
    }

    /// <summary>Reads values, which are in the order of the keys, and of which the caller gives back the memory.</summary>
    /// <exception cref="CacheException">The values can't be read.</exception>
    public Task<LeasedValues> LeaseAsync(IReadOnlyList<FeatureKey> keys, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(keys);
        return keys.Count == 0
            ? Task.FromResult(LeasedValues.None)
            : cache.QueryAsync("features can't be read", multiplexer => LeaseAsync(multiplexer, keys), cancellationToken);
    }

    /// <summary>Writes values, whatever was there, in one round.</summary>
    /// <exception cref="CacheException">Some of the values may not be written.</exception>
    public Task WriteAsync(IReadOnlyList<FeatureWrite> writes, TimeSpan timeToLive, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(writes);
        foreach (var write in writes)
            ArgumentOutOfRangeException.ThrowIfGreaterThan(write.Value.Length, MostBytes, nameof(writes));
        return cache.QueryAsync(
            "features can't be written",
            async multiplexer =>
            {
                var database = multiplexer.GetDatabase();
                await Task.WhenAll(writes.Select(write => database.StringSetAsync(write.Key.Redis, write.Value, timeToLive)));
                return true;
            },
            cancellationToken);
    }

    /// <summary>Changes values: reads them, and replaces each one that is still as it was read. If another process changed it in between,
    /// it is read and changed again.</summary>
    /// <param name="keys">The keys, each once.</param>
    /// <param name="change">Gets the index of a key and its value, and returns the new value; null leaves it. It may be called several
    /// times for a key.</param>
    /// <param name="timeToLive">How long a changed value is kept.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <exception cref="CacheException">Some of the values may not be changed.</exception>
    public async Task UpdateAsync(
        IReadOnlyList<FeatureKey> keys,
        Func<int, byte[]?, byte[]?> change,
        TimeSpan timeToLive,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(change);
        var left = Enumerable.Range(0, keys.Count).ToList();
        for (var tries = 0; left.Count > 0; tries++)
        {
            if (tries == MostTries)
                throw new CacheException($"{keys[left[0]]} can't be changed at the cache {cache.Location}: others changed it each time");
            // Otherwise writers of the same keys would disturb each other again and again.
            if (tries > 0)
                await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.NextDouble() * Math.Min(100, 1 << tries)), cancellationToken);
            var read = await ReadAsync([.. left.Select(index => keys[index])], cancellationToken);
            var replacements = new List<Replacement>(left.Count);
            for (var i = 0; i < left.Count; i++)
            {
                if (change(left[i], read[i]) is { } changed)
                {
                    ArgumentOutOfRangeException.ThrowIfGreaterThan(changed.Length, MostBytes, nameof(change));
                    replacements.Add(new Replacement(left[i], keys[left[i]], read[i], changed));
                }
            }

            // Alone, a key that others change can't fail its neighbours.
            var most = tries == 0 ? MostKeysOfTransaction : 1;
            left = await cache.QueryAsync(
                "features can't be changed",
                multiplexer => ReplaceAsync(multiplexer, replacements, timeToLive, most),
                cancellationToken);
        }
    }

    /// <summary>Writes and deletes values if others are as expected, all at once. The keys must be in one slot.</summary>
    /// <param name="expected">What must be there.</param>
    /// <param name="writes">What is written.</param>
    /// <param name="deletes">What is deleted.</param>
    /// <param name="timeToLive">How long the values that are written are kept.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>False if something else was there, and nothing was changed.</returns>
    /// <exception cref="CacheException">It is unknown whether the values were changed.</exception>
    public Task<bool> TryChangeAsync(
        IReadOnlyList<FeatureWrite> expected,
        IReadOnlyList<FeatureWrite> writes,
        IReadOnlyList<FeatureKey> deletes,
        TimeSpan timeToLive,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(expected);
        ArgumentNullException.ThrowIfNull(writes);
        ArgumentNullException.ThrowIfNull(deletes);
        return cache.QueryAsync(
            "features can't be changed",
            async multiplexer =>
            {
                var transaction = multiplexer.GetDatabase().CreateTransaction();
                foreach (var (key, value) in expected)
                    transaction.AddCondition(Condition.StringEqual(key.Redis, value));
                List<Task> changes =
                [
                    .. writes.Select(write => transaction.StringSetAsync(write.Key.Redis, write.Value, timeToLive)),
                    .. deletes.Select(key => transaction.KeyDeleteAsync(key.Redis)),
                ];
                return await ExecuteAsync(transaction, changes);
            },
            cancellationToken);
    }

    /// <summary>What the key of a lock has while a holder has the lock.</summary>
    public static FeatureWrite LockOf(FeatureKey key, Guid holder) => new(key, holder.ToByteArray());

    /// <summary>Takes a lock unless a process has it.</summary>
    /// <param name="key">The lock's key.</param>
    /// <param name="holder">Names the holder.</param>
    /// <param name="timeToLive">After this time, others may take it.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <exception cref="CacheException">It is unknown whether the lock was taken.</exception>
    public Task<bool> TryLockAsync(FeatureKey key, Guid holder, TimeSpan timeToLive, CancellationToken cancellationToken) =>
        cache.QueryAsync(
            "a lock can't be taken",
            multiplexer => multiplexer.GetDatabase().LockTakeAsync(key.Redis, holder.ToByteArray(), timeToLive),
            cancellationToken);

    /// <summary>Keeps a lock for longer; false if its holder has it no more.</summary>
    /// <exception cref="CacheException">It is unknown whether the lock was kept.</exception>
    public Task<bool> KeepLockAsync(FeatureKey key, Guid holder, TimeSpan timeToLive, CancellationToken cancellationToken) =>
        cache.QueryAsync(
            "a lock can't be kept",
            multiplexer => multiplexer.GetDatabase().LockExtendAsync(key.Redis, holder.ToByteArray(), timeToLive),
            cancellationToken);

    /// <summary>Gives a lock back, if its holder still has it.</summary>
    /// <exception cref="CacheException">The lock may last until its time is over.</exception>
    public Task UnlockAsync(FeatureKey key, Guid holder, CancellationToken cancellationToken) => cache.QueryAsync(
        "a lock can't be given back",
        multiplexer => multiplexer.GetDatabase().LockReleaseAsync(key.Redis, holder.ToByteArray()),
        cancellationToken);

    /// <summary>Deletes a value.</summary>
    /// <exception cref="CacheException">The value may still be there.</exception>
    public Task DeleteAsync(FeatureKey key, CancellationToken cancellationToken) => cache.QueryAsync(
        "a feature's value can't be deleted",
        multiplexer => multiplexer.GetDatabase().KeyDeleteAsync(key.Redis),
        cancellationToken);

    /// <summary>Names the runs of the cache's servers, in order, with commas between them. After a restart or a failover there is another
    /// run, which may lack the last writes. Null if they are unknown.</summary>
    /// <exception cref="CacheException">The cache does not answer.</exception>
    public Task<string?> FindRunsAsync(CancellationToken cancellationToken) =>
        cache.QueryAsync("the cache's runs can't be read", ServerRuns.FindAsync, cancellationToken);

    private static async Task<LeasedValues> LeaseAsync(ConnectionMultiplexer multiplexer, IReadOnlyList<FeatureKey> keys)
    {
        var database = multiplexer.GetDatabase();
        var leases = new Lease<byte>?[keys.Count];
        // Without shards, the parts are in the order of the keys.
        var parts = multiplexer.HashSlot(keys[0].Redis) < 0
            ? Enumerable.Range(0, keys.Count).Chunk(MostKeysOfCommand)
            : InSlots(multiplexer, Enumerable.Range(0, keys.Count), index => keys[index], MostKeysOfCommand);
        var commands = parts.Select(part => (Part: part, Reply: LeaseAsync(database, keys, part))).ToList();
        await Task.WhenAll(commands.Select(static command => command.Reply));
        foreach (var (part, reply) in commands)
            Take(await reply, part, leases);
        return new LeasedValues(leases);
    }

    private static Task<RespResult> LeaseAsync(IDatabase database, IReadOnlyList<FeatureKey> keys, int[] part)
    {
        var arguments = new RedisKeyOrValue[part.Length];
        for (var i = 0; i < part.Length; i++)
            arguments[i] = keys[part[i]].Redis;
        return database.ExecuteRespAsync("MGET", arguments);
    }

    // The leases share the memory of the reply.
    private static void Take(RespResult reply, int[] part, Lease<byte>?[] leases)
    {
        using var owned = reply;
        var values = reply.Read().AggregateChildren();
        foreach (var index in part)
        {
            values.DemandNext();
            leases[index] = values.Value.IsNull ? null : values.Value.ReadLease();
        }
    }

    // Returns the indexes of those that others changed in between.
    private static async Task<List<int>> ReplaceAsync(
        ConnectionMultiplexer multiplexer, List<Replacement> replacements, TimeSpan timeToLive, int most)
    {
        var database = multiplexer.GetDatabase();
        var transactions = InSlots(multiplexer, replacements, static replacement => replacement.Key, most)
            .Select(group => (Group: group, Task: ReplaceAsync(database, group, timeToLive)))
            .ToList();
        await Task.WhenAll(transactions.Select(static transaction => transaction.Task));
        return [.. transactions.Where(static transaction => !transaction.Task.Result)
            .SelectMany(static transaction => transaction.Group.Select(static replacement => replacement.Index))];
    }

    // WATCH, GET to compare, MULTI, SET, EXEC.
    private static async Task<bool> ReplaceAsync(IDatabase database, Replacement[] group, TimeSpan timeToLive)
    {
        var transaction = database.CreateTransaction();
        var sets = new List<Task>(group.Length);
        for (var i = 0; i < group.Length; i++)
        {
            var (_, key, old, changed) = group[i];
            transaction.AddCondition(old is null ? Condition.KeyNotExists(key.Redis) : Condition.StringEqual(key.Redis, old));
            sets.Add(transaction.StringSetAsync(key.Redis, changed, timeToLive));
        }

        return await ExecuteAsync(transaction, sets);
    }

    private static async Task<bool> ExecuteAsync(ITransaction transaction, List<Task> changes)
    {
        try
        {
            if (!await transaction.ExecuteAsync())
                return false;
        }
        finally
        {
            // They fail with the transaction.
            foreach (var change in changes)
            {
                _ = change.ContinueWith(
                    static failed => _ = failed.Exception,
                    CancellationToken.None,
                    TaskContinuationOptions.OnlyOnFaulted,
                    TaskScheduler.Default);
            }
        }

        await Task.WhenAll(changes);
        return true;
    }

    // Without shards, all keys are in one slot.
    private static IEnumerable<T[]> InSlots<T>(
        ConnectionMultiplexer multiplexer, IEnumerable<T> items, Func<T, FeatureKey> keyOf, int most) => items
        .GroupBy(item => multiplexer.HashSlot(keyOf(item).Redis))
        .SelectMany(slot => slot.Chunk(most));

    private sealed record Replacement(int Index, FeatureKey Key, byte[]? Old, byte[] Changed);
}
