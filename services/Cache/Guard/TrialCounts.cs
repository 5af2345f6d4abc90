using System.Buffers.Binary;
using StackExchange.Redis;

namespace ModelServing.Cache.Guard;

/// <summary>
/// The data about one trial that the routers of an environment share: the counts and the number of each router, and which routing keys
/// failed when. All of it is under keys of one slot, and expires some days after the last write.
/// </summary>
/// <remarks>A router overwrites its counts as a whole. The last counts of a router that is gone still count, so each run of a router has
/// its own name, its incarnation.</remarks>
public sealed class TrialCounts
{
    /// <summary>The most bytes in one router's counts.</summary>
    public const int MaxBytes = 4 * 1024 * 1024;

    /// <summary>The most routing keys that are remembered.</summary>
    public const int MaxKeys = 65_536;

    private readonly CacheConnection cache;
    private readonly CacheKeys keys;
    private readonly TimeSpan retention;
    private readonly int maxKeys;
    private volatile bool isFull;

    /// <param name="cache">The connection.</param>
    /// <param name="environment">The environment's name; several may share a cache.</param>
    /// <param name="retention">How long they are kept after the last write; null is 14 days.</param>
    public TrialCounts(CacheConnection cache, string environment, VersionTrial trial, TimeSpan? retention = null)
        : this(cache, environment, trial, retention, MaxKeys)
    {
    }

    internal TrialCounts(CacheConnection cache, string environment, VersionTrial trial, TimeSpan? retention, int maxKeys)
    {
        ArgumentNullException.ThrowIfNull(cache);
        ArgumentNullException.ThrowIfNull(trial);
        this.cache = cache;
        this.maxKeys = maxKeys;
        Trial = trial;
        keys = new CacheKeys(environment, trial);
        this.retention = retention ?? TimeSpan.FromDays(14);
    }

    public VersionTrial Trial { get; }

    /// <summary>Writes a router's counts over its previous ones.</summary>
    /// <param name="incarnation">The router's run.</param>
    /// <param name="counts">The counts, of at most <see cref="MaxBytes"/>.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>How many incarnations have written counts.</returns>
    /// <exception cref="CacheException">The counts may not be written.</exception>
    public Task<long> WriteAsync(Guid incarnation, ReadOnlyMemory<byte> counts, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(counts.Length, MaxBytes);
        return InTransactionAsync(
            "counts can't be written",
            transaction =>
            {
                _ = transaction.HashSetAsync(keys.Counts, FieldOf(incarnation), counts);
                Keep(transaction, keys.Counts, keys.Routers, keys.Keys);
                return transaction.HashLengthAsync(keys.Counts);
            },
            cancellationToken);
    }

    /// <summary>Reads the last counts of each incarnation, including this router's.</summary>
    /// <exception cref="CacheException">The counts can't be read.</exception>
    public async Task<IReadOnlyDictionary<Guid, ReadOnlyMemory<byte>>> ReadAsync(CancellationToken cancellationToken)
    {
        var all = await cache.QueryAsync(
            "counts can't be read",
            multiplexer => multiplexer.GetDatabase().HashGetAllAsync(keys.Counts),
            cancellationToken);
        // Other programs may write anything into the cache.
        return all.Where(static entry => entry.Name.Length() == 16)
            .ToDictionary(
                static entry => new Guid((byte[])entry.Name!, bigEndian: true),
                static entry => (ReadOnlyMemory<byte>)entry.Value);
    }

    /// <summary>Takes a router's number of the trial. The first router gets 1, and no two get the same. A router that calls this again gets
    /// its own number again, even if it never received the first answer.</summary>
    /// <param name="incarnation">The run of the router.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <exception cref="CacheException">It is unknown whether a number was taken.</exception>
    public async Task<long> TakeNumberAsync(Guid incarnation, CancellationToken cancellationToken)
    {
        const string Failure = "a router's number can't be taken";
        var own = FieldOf(incarnation);
        while (true)
        {
            var taken = await cache.QueryAsync(
                Failure,
                multiplexer => multiplexer.GetDatabase().HashGetAllAsync(keys.Routers),
                cancellationToken);
            foreach (var entry in taken)
            {
                if (entry.Value == own && entry.Name.TryParse(out long mine))
                    return mine;
            }

            var used = taken.Select(static entry => entry.Name).ToHashSet();
            var number = 1L;
            while (used.Contains(number))
                number++;
            var isFirst = await InTransactionAsync(
                Failure,
                transaction =>
                {
                    var set = transaction.HashSetAsync(keys.Routers, number, own, When.NotExists);
                    Keep(transaction, keys.Routers);
                    return set;
                },
                cancellationToken);
            if (isFirst)
                return number;
        }
    }

    /// <summary>Claims the loss of a connection to an endpoint. False if this or another router claimed a loss of the same endpoint within
    /// the window: routers that lose their connections to one killed process count one failure together.</summary>
    /// <param name="endpoint">The endpoint's address.</param>
    /// <param name="window">For how long further losses count as the same one.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <exception cref="CacheException">It is unknown whether another router claimed it.</exception>
    public Task<bool> TakeLossAsync(string endpoint, TimeSpan window, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(endpoint);
        return cache.QueryAsync(
            "a lost connection can't be recorded",
            multiplexer => multiplexer.GetDatabase().StringSetAsync(keys.LossOf(endpoint), 1, window, When.NotExists),
            cancellationToken);
    }

    /// <summary>Records that a call with a routing key failed, and returns when the key failed before.</summary>
    /// <param name="minute">The minute of the trial, from 1.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <exception cref="CacheException">The failure may not be recorded, and the previous one is unknown.</exception>
    public async Task<KeyedFailure> NoteFailureAsync(ulong keyHash, int minute, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(minute);
        // Keys are never removed, so a full hash stays full. Before routers notice, each adds at most the keys of its calls in flight.
        if (isFull)
            return new KeyedFailure(null, IsFull: true);
        var field = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(field, keyHash);
        var (previous, length) = await InTransactionAsync(
            "a routing key's failure can't be recorded",
            async transaction =>
            {
                var before = transaction.HashGetAsync(keys.Keys, field);
                var set = transaction.HashSetAsync(keys.Keys, field, minute);
                var count = transaction.HashLengthAsync(keys.Keys);
                Keep(transaction, keys.Keys);
                _ = await set;
                return (await before, await count);
            },
            cancellationToken);
        if (length > maxKeys)
        {
            isFull = true;
            return new KeyedFailure(null, IsFull: true);
        }

        var last = !previous.IsNull && previous.TryParse(out int parsed) ? parsed : (int?)null;
        if (last > minute)
        {
            // This router's clock is behind. The later minute must stay.
            await cache.QueryAsync(
                "a routing key's failure can't be recorded",
                multiplexer => multiplexer.GetDatabase().HashSetAsync(keys.Keys, field, last.Value),
                cancellationToken);
        }

        return new KeyedFailure(last, IsFull: false);
    }

    private static RedisValue FieldOf(Guid incarnation) => incarnation.ToByteArray(bigEndian: true);

    private void Keep(ITransaction transaction, params ReadOnlySpan<RedisKey> kept)
    {
        foreach (var key in kept)
            _ = transaction.KeyExpireAsync(key, retention);
    }

    private async Task<T> InTransactionAsync<T>(string failure, Func<ITransaction, Task<T>> queue, CancellationToken cancellation)
    {
        var (isDone, answer) = await CacheTransaction.RunAsync(cache, failure, queue, cancellation);
        return isDone ? answer! : throw new CacheException($"{failure} at the cache {cache.Location}: the transaction was not carried out");
    }
}
