using System.Buffers.Binary;
using StackExchange.Redis;

namespace ModelServing.Cache.Guard;

/// <summary>
/// What the routers of an environment tell each other about one trial: the counts of each, a number for each, and which routing keys
/// failed when. All of it is under keys of one slot, and goes by itself some days after the last write.
/// </summary>
/// <remarks>A router writes its counts whole, each time over those before; what a router that is gone has written last stays and counts on,
/// so each run of one has a name of its own, its incarnation.</remarks>
public sealed class TrialCounts
{
    /// <summary>The most bytes that one router's counts have.</summary>
    public const int MaxBytes = 1024 * 1024;

    /// <summary>The most routing keys that are remembered.</summary>
    public const int MaxKeys = 65_536;

    private readonly CacheConnection cache;
    private readonly CacheKeys keys;
    private readonly TimeSpan retention;
    private readonly int maxKeys;
    private volatile bool isFull;

    /// <summary>Those of a trial.</summary>
    /// <param name="cache">The connection.</param>
    /// <param name="environment">The environment's name: several may share a cache.</param>
    /// <param name="trial">The trial.</param>
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

    /// <summary>The trial.</summary>
    public VersionTrial Trial { get; }

    /// <summary>Writes a router's counts, in place of what it wrote before.</summary>
    /// <param name="incarnation">The router's run.</param>
    /// <param name="counts">The counts, of at most <see cref="MaxBytes"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>How many incarnations have counts there.</returns>
    /// <exception cref="CacheException">They may not be written.</exception>
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

    /// <summary>The counts that each incarnation wrote last, this router's too.</summary>
    /// <exception cref="CacheException">They can't be read.</exception>
    public async Task<IReadOnlyDictionary<Guid, ReadOnlyMemory<byte>>> ReadAsync(CancellationToken cancellationToken)
    {
        var all = await cache.AskAsync("counts can't be read", multiplexer => multiplexer.GetDatabase().HashGetAllAsync(keys.Counts), cancellationToken);
        // Others may keep in the cache what they like.
        return all.Where(static entry => entry.Name.Length() == 16)
            .ToDictionary(static entry => new Guid((byte[])entry.Name!, bigEndian: true), static entry => (ReadOnlyMemory<byte>)entry.Value);
    }

    /// <summary>Takes a router's number of the trial: the first gets 1, and none is given to two. Who asks again has the number that it
    /// took, also where it never got the answer.</summary>
    /// <param name="incarnation">The run of the router.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CacheException">Nobody knows whether one was taken.</exception>
    public async Task<long> TakeNumberAsync(Guid incarnation, CancellationToken cancellationToken)
    {
        const string What = "a router's number can't be taken";
        var own = FieldOf(incarnation);
        while (true)
        {
            var taken = await cache.AskAsync(What, multiplexer => multiplexer.GetDatabase().HashGetAllAsync(keys.Routers), cancellationToken);
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
                What,
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

    /// <summary>Takes the loss of a connection to an endpoint for this router: false where it, or another, has taken one of the same
    /// endpoint within the time before, so that routers which lose their connections to one killed process count one failure together.</summary>
    /// <param name="endpoint">The endpoint's address.</param>
    /// <param name="window">For how long further losses are none of their own.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CacheException">Nobody knows whether another has.</exception>
    public Task<bool> TakeLossAsync(string endpoint, TimeSpan window, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(endpoint);
        return cache.AskAsync(
            "a lost connection can't be noted",
            multiplexer => multiplexer.GetDatabase().StringSetAsync(keys.LossOf(endpoint), 1, window, When.NotExists),
            cancellationToken);
    }

    /// <summary>Notes that a call with a routing key failed, and says when one with the same did before.</summary>
    /// <param name="keyHash">The hash of the key.</param>
    /// <param name="minute">The minute of the trial, from 1.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CacheException">It may not be noted, and nobody knows when the one before was.</exception>
    public async Task<KeyedFailure> NoteFailureAsync(ulong keyHash, int minute, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(minute);
        // Once full it stays so: nothing is ever taken out. What routers add before they know is as many as they have calls under way.
        if (isFull)
            return new KeyedFailure(null, IsFull: true);
        var field = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(field, keyHash);
        var (previous, length) = await InTransactionAsync(
            "a routing key's failure can't be noted",
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
            // A router whose clock is behind: the later minute is the one to remember.
            await cache.AskAsync("a routing key's failure can't be noted", multiplexer => multiplexer.GetDatabase().HashSetAsync(keys.Keys, field, last.Value), cancellationToken);
        }

        return new KeyedFailure(last, IsFull: false);
    }

    private static RedisValue FieldOf(Guid incarnation) => incarnation.ToByteArray(bigEndian: true);

    private void Keep(ITransaction transaction, params ReadOnlySpan<RedisKey> kept)
    {
        foreach (var key in kept)
            _ = transaction.KeyExpireAsync(key, retention);
    }

    // MULTI/EXEC: the commands are all of one slot. What is queued is answered when all of it is.
    private Task<T> InTransactionAsync<T>(string what, Func<ITransaction, Task<T>> queue, CancellationToken cancellation) => cache.AskAsync(
        what,
        async multiplexer =>
        {
            var transaction = multiplexer.GetDatabase().CreateTransaction();
            var answer = queue(transaction);
            try
            {
                if (!await transaction.ExecuteAsync())
                    throw new RedisException("the transaction was not carried out");
            }
            catch
            {
                // It fails as well, or never ends.
                _ = answer.ContinueWith(static failed => _ = failed.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
                throw;
            }

            return await answer;
        },
        cancellation);
}
