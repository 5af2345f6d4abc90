using StackExchange.Redis;

namespace ModelServing.Cache.Guard;

/// <summary>
/// Places for the counts of one trial that programs use one after the other. A function's containers come and go, and each would leave its
/// counts behind for as long as the trial's are kept; with slots, there are never more than containers at a time.
/// </summary>
/// <remarks>A slot is a field of the routers' counts (<see cref="TrialCounts"/>), so it is in the same sum. Its holder has it until a time,
/// which writes extend, and writes only while no other program has taken it since. Whoever takes a slot goes on counting from what is
/// in it.</remarks>
public sealed class CountSlots
{
    // Few enough to read, and enough that programs that start together seldom try the same one.
    private const int MostTried = 16;

    private const int MostTries = 12;
    private const string WriteFailure = "counts can't be written";

    private static readonly TimeSpan Extension = TimeSpan.FromMinutes(1);

    private readonly CacheConnection cache;
    private readonly CacheKeys keys;
    private readonly TimeSpan retention;

    /// <param name="cache">The connection.</param>
    /// <param name="environment">The environment's name; several may share a cache.</param>
    /// <param name="trial">The version and its trial.</param>
    /// <param name="retention">How long the counts are kept after the last write; null is 14 days.</param>
    public CountSlots(CacheConnection cache, string environment, VersionTrial trial, TimeSpan? retention = null)
    {
        ArgumentNullException.ThrowIfNull(cache);
        ArgumentNullException.ThrowIfNull(trial);
        this.cache = cache;
        keys = new CacheKeys(environment, trial);
        this.retention = retention ?? TimeSpan.FromDays(14);
    }

    /// <summary>Takes a slot that no program has, or a new one.</summary>
    /// <param name="now">The time. The clocks of programs may differ by much less than a lease.</param>
    /// <param name="lease">For how long it is taken.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <exception cref="CacheException">It is unknown whether a slot was taken.</exception>
    public async Task<CountSlot> TakeAsync(DateTimeOffset now, TimeSpan lease, CancellationToken cancellationToken)
    {
        const string Failure = "a place for counts can't be taken";
        var until = now + lease;
        var holder = Guid.NewGuid();
        var free = await cache.QueryAsync(
            Failure,
            multiplexer => multiplexer.GetDatabase().SortedSetRangeByScoreWithScoresAsync(
                keys.Slots, double.NegativeInfinity, ScoreOf(now), take: MostTried),
            cancellationToken);
        Random.Shared.Shuffle(free);
        foreach (var entry in free.Where(static entry => entry.Element.Length() == 16))
        {
            var (isTaken, counts) = await CacheTransaction.RunAsync(
                cache,
                Failure,
                transaction =>
                {
                    transaction.AddCondition(Condition.SortedSetEqual(keys.Slots, entry.Element, entry.Score));
                    Hold(transaction, entry.Element, holder, until);
                    return transaction.HashGetAsync(keys.Counts, entry.Element);
                },
                cancellationToken);
            if (isTaken)
                return new CountSlot(new Guid((byte[])entry.Element!, bigEndian: true), holder, counts) { Until = until };
        }

        var slot = Guid.NewGuid();
        await CacheTransaction.RunAsync(
            cache, Failure, transaction => Hold(transaction, FieldOf(slot), holder, until), cancellationToken);
        return new CountSlot(slot, holder, default) { Until = until };
    }

    /// <summary>Writes counts into a slot over those that are there, and extends the time until which it is taken. It leaves the time as it
    /// is if the new one is less than a minute later: a write then needs two commands instead of ten.</summary>
    /// <param name="slot">A slot that was taken.</param>
    /// <param name="counts">The counts, of at most <see cref="TrialCounts.MaxBytes"/>.</param>
    /// <param name="until">Until when the slot is to be taken from now on.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>False if another program has the slot, and nothing was written.</returns>
    /// <exception cref="CacheException">It is unknown whether the counts were written. They may be written again.</exception>
    public async Task<bool> WriteAsync(
        CountSlot slot, ReadOnlyMemory<byte> counts, DateTimeOffset until, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(slot);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(counts.Length, TrialCounts.MaxBytes);
        var (field, own) = (FieldOf(slot.Id), FieldOf(slot.Holder));
        for (var tries = 0; tries < MostTries; tries++)
        {
            // Otherwise programs whose transactions disturb each other would do so again and again.
            if (tries > 0)
                await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.NextDouble() * Math.Min(100, 1 << tries)), cancellationToken);
            // A cache that has restarted may have lost the slot. Then no other program can have taken it.
            if (await TryAsync(Condition.HashEqual(keys.Holders, field, own), isHeld: until - slot.Until < Extension)
                || await TryAsync(Condition.HashNotExists(keys.Holders, field), isHeld: false))
                return true;
            // A transaction also fails if the holder of any other slot changed in between, or if a slow cache did not answer in time
            // whether the condition holds.
            var holder = await cache.QueryAsync(
                WriteFailure, multiplexer => multiplexer.GetDatabase().HashGetAsync(keys.Holders, field), cancellationToken);
            if (!holder.IsNull && holder != own)
                return false;
        }

        throw new CacheException($"{WriteFailure} at the cache {cache.Location}: other holders changed each time");

        async Task<bool> TryAsync(Condition condition, bool isHeld)
        {
            var (isWritten, _) = await CacheTransaction.RunAsync(
                cache,
                WriteFailure,
                transaction =>
                {
                    transaction.AddCondition(condition);
                    var written = transaction.HashSetAsync(keys.Counts, field, counts);
                    return isHeld ? written : Hold(transaction, field, slot.Holder, until);
                },
                cancellationToken);
            if (isWritten && !isHeld)
                slot.Until = until;
            return isWritten;
        }
    }

    private Task<bool> Hold(ITransaction transaction, RedisValue slot, Guid holder, DateTimeOffset until)
    {
        _ = transaction.SortedSetAddAsync(keys.Slots, slot, ScoreOf(until));
        var held = transaction.HashSetAsync(keys.Holders, slot, FieldOf(holder));
        foreach (var key in (RedisKey[])[keys.Slots, keys.Holders, keys.Counts, keys.Routers, keys.Keys])
            _ = transaction.KeyExpireAsync(key, retention);
        return held;
    }

    private static double ScoreOf(DateTimeOffset time) => time.ToUnixTimeMilliseconds();

    private static RedisValue FieldOf(Guid id) => id.ToByteArray(bigEndian: true);
}
