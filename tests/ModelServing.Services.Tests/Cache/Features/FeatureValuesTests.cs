using System.Globalization;
using System.Text;
using ModelServing.Cache;
using ModelServing.Cache.Features;

namespace ModelServing.Services.Tests.Cache.Features;

/// <summary>The properties of features' values on every server of the Redis protocol.</summary>
public abstract class FeatureValuesTests : IAsyncLifetime
{
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(10);
    private static readonly FeatureKeys Keys = new("dev", "card-activity", 1);

    private readonly Func<Task<TestedCache>> start;
    private TestedCache cache = null!;

    private protected FeatureValuesTests(Func<Task<TestedCache>> start) => this.start = start;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => cache = await start();

    public async ValueTask DisposeAsync()
    {
        if (cache is not null)
            await cache.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Values_are_read_as_they_were_written_in_the_order_of_the_keys_and_a_missing_one_is_null()
    {
        var values = new FeatureValues(cache.Open());
        var writes = Enumerable.Range(0, 500).Select(static i => new FeatureWrite(Entity(2 * i), Bytes(i, i % 300))).ToList();
        await values.WriteAsync(writes, Kept, Token);
        var read = await new FeatureValues(cache.Open()).ReadAsync([.. Enumerable.Range(0, 1000).Select(Entity)], Token);
        for (var i = 0; i < read.Length; i++)
            Assert.Equal(i % 2 == 0 ? Bytes(i / 2, i / 2 % 300) : null, read[i]);
        Assert.Equal(Bytes(7, 7), Assert.Single(await values.ReadAsync([Entity(14)], Token)));
        Assert.Empty(await values.ReadAsync([], Token));
    }

    [Fact]
    public async Task Leased_values_stay_as_they_were_read_until_they_are_given_back()
    {
        var values = new FeatureValues(cache.Open());
        var keys = Enumerable.Range(0, 300).Select(Entity).ToList();
        await values.WriteAsync([.. keys.Select(static (key, i) => new FeatureWrite(key, Bytes(i, 300 + i)))], Kept, Token);
        var leased = await values.LeaseAsync(keys, Token);
        // Others use the memory of answers that were given back.
        for (var round = 0; round < 20; round++)
        {
            using var other = await values.LeaseAsync([.. keys.AsEnumerable().Reverse()], Token);
            Assert.Equal(Bytes(299, 599), other[0]?.ToArray());
        }

        for (var i = 0; i < keys.Count; i++)
            Assert.Equal(Bytes(i, 300 + i), leased[i]?.ToArray());
        leased.Dispose();
        Assert.Throws<ObjectDisposedException>(() => leased[0]);
        leased.Dispose();
    }

    [Fact]
    public async Task Each_environment_view_and_version_has_its_own_values()
    {
        var values = new FeatureValues(cache.Open());
        FeatureKeys[] all = [Keys, new("prod", "card-activity", 1), new("dev", "card", 1), new("dev", "card-activity", 11)];
        var keys = all.SelectMany(static one => (FeatureKey[])[one.ForEntity("1"), one.ForEntity("11"), one.Marker, one.Filling]).ToList();
        await values.WriteAsync([.. keys.Select(static key => new FeatureWrite(key, Encoding.UTF8.GetBytes(key.Text)))], Kept, Token);
        Assert.Equal(keys.Select(static key => key.Text), (await values.ReadAsync(keys, Token)).Select(Encoding.UTF8.GetString!));
    }

    [Fact]
    public async Task Updates_of_several_processes_lose_nothing()
    {
        const int Writers = 4;
        const int Rounds = 25;
        var keys = Enumerable.Range(0, 40).Select(Entity).ToList();
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(async _ =>
        {
            var values = new FeatureValues(cache.Open());
            for (var round = 0; round < Rounds; round++)
            {
                try
                {
                    await values.UpdateAsync(keys, static (_, old) => Number((old is null ? 0 : Number(old)) + 1), Kept, Token);
                }
                catch (CacheException e) when (e.Message.Contains("others changed it", StringComparison.Ordinal))
                {
                    // Some of the keys were changed, so this test can't go on with the others.
                    Assert.Fail(e.Message);
                }
            }
        }));
        Assert.All(
            await new FeatureValues(cache.Open()).ReadAsync(keys, Token), value => Assert.Equal(Writers * Rounds, Number(value!)));
    }

    [Fact]
    public async Task A_value_that_others_change_each_time_ends_the_update()
    {
        var (values, other) = (new FeatureValues(cache.Open()), new FeatureValues(cache.Open()));
        var tries = 0;
        var failed = await Assert.ThrowsAsync<CacheException>(() => values.UpdateAsync(
            [Entity(1)],
            (_, _) =>
            {
                other.WriteAsync([new FeatureWrite(Entity(1), Number(++tries))], Kept, Token).GetAwaiter().GetResult();
                return Number(-1);
            },
            Kept,
            Token));
        Assert.Equal(FeatureValues.MostTries, tries);
        Assert.Contains(Entity(1).Text, failed.Message, StringComparison.Ordinal);
        Assert.Equal(tries, Number((await values.ReadAsync([Entity(1)], Token))[0]!));
    }

    [Fact]
    public async Task An_update_that_changes_nothing_writes_nothing_and_another_key_of_it_is_written()
    {
        var values = new FeatureValues(cache.Open());
        await values.UpdateAsync([Entity(1), Entity(2)], static (index, _) => index == 1 ? Number(5) : null, Kept, Token);
        Assert.Equal([null, Number(5)], await values.ReadAsync([Entity(1), Entity(2)], Token));
    }

    [Fact]
    public async Task A_value_ends_with_its_time_to_live()
    {
        var values = new FeatureValues(cache.Open());
        await values.WriteAsync([new FeatureWrite(Entity(1), Number(1))], TimeSpan.FromMilliseconds(50), Token);
        await values.UpdateAsync([Entity(2)], static (_, _) => Number(2), TimeSpan.FromMilliseconds(50), Token);
        while ((await values.ReadAsync([Entity(1), Entity(2)], Token)).Any(static value => value is not null))
            await Task.Delay(10, Token);
    }

    [Fact]
    public async Task A_lock_has_one_holder_who_may_keep_it()
    {
        var (one, other) = (new FeatureValues(cache.Open()), new FeatureValues(cache.Open()));
        var (first, second) = (Guid.NewGuid(), Guid.NewGuid());
        Assert.False(await one.KeepLockAsync(Keys.Filling, first, Kept, Token));
        Assert.True(await one.TryLockAsync(Keys.Filling, first, Kept, Token));
        Assert.True(await one.KeepLockAsync(Keys.Filling, first, Kept, Token));
        Assert.False(await other.KeepLockAsync(Keys.Filling, second, Kept, Token));
        Assert.False(await other.TryLockAsync(Keys.Filling, second, Kept, Token));
        await other.UnlockAsync(Keys.Filling, second, Token);
        Assert.False(await other.TryLockAsync(Keys.Filling, second, Kept, Token));
        await one.UnlockAsync(Keys.Filling, first, Token);
        Assert.True(await other.TryLockAsync(Keys.Filling, second, Kept, Token));
    }

    [Fact]
    public async Task Values_are_gone_and_can_be_written_again_after_the_server_was_killed()
    {
        var values = new FeatureValues(cache.Open());
        await values.WriteAsync([new FeatureWrite(Entity(1), Number(1))], Kept, Token);
        await cache.KillAsync();
        await Assert.ThrowsAsync<CacheException>(() => values.ReadAsync([Entity(1)], Token));
        await cache.RestartAsync();
        while (true)
        {
            try
            {
                await values.UpdateAsync([Entity(1)], static (_, old) => old is null ? Number(2) : null, Kept, Token);
                break;
            }
            catch (CacheException)
            {
                await Task.Delay(20, Token);
            }
        }

        Assert.Equal([Number(2)], await values.ReadAsync([Entity(1)], Token));
    }

    private static FeatureKey Entity(int entity) => Keys.ForEntity(entity.ToString(CultureInfo.InvariantCulture));

    private static byte[] Number(int number) => BitConverter.GetBytes(number);

    private static int Number(byte[] bytes) => BitConverter.ToInt32(bytes);

    private static byte[] Bytes(int seed, int length)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
