using System.Collections.Concurrent;
using System.Diagnostics;
using ModelServing.Cache;
using ModelServing.Cache.Announcements;
using ModelServing.Cache.Guard;
using ModelServing.Cache.Traffic;
using ModelServing.Contracts;
using ModelServing.Services.Tests.Journal;
using StackExchange.Redis;

namespace ModelServing.Services.Tests.Cache;

/// <summary>The properties of counts and channels on every server of the Redis protocol.</summary>
public abstract class CacheTests : IAsyncLifetime
{
    private const string Environment = "dev";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly VersionTrial Trial = new(SomeEvents.Fraud, new ModelVersion(2), 1);

    private readonly Func<Task<TestedCache>> start;
    private TestedCache cache = null!;

    private protected CacheTests(Func<Task<TestedCache>> start) => this.start = start;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => cache = await start();

    public async ValueTask DisposeAsync()
    {
        if (cache is not null)
            await cache.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Counts_are_read_as_they_were_written()
    {
        byte[][] contents = [[], [0], [.. Enumerable.Range(0, 256).Select(static i => (byte)i)], new byte[TrialCounts.MaxBytes]];
        var counts = Counts(cache.Open());
        Assert.Empty(await counts.ReadAsync(Token));
        var incarnation = Guid.CreateVersion7();
        foreach (var content in contents)
        {
            Assert.Equal(1, await counts.WriteAsync(incarnation, content, Token));
            var (name, read) = Assert.Single(await Counts(cache.Open()).ReadAsync(Token));
            Assert.Equal(incarnation, name);
            Assert.Equal(content, read.ToArray());
        }

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => counts.WriteAsync(
            incarnation,
            new byte[TrialCounts.MaxBytes + 1],
            Token));
    }

    [Fact]
    public async Task A_routers_last_report_about_a_model_is_read_with_its_time()
    {
        var traffic = new RouterTraffic(cache.Open(), Environment, SomeEvents.Fraud);
        Assert.Empty(await traffic.ReadAsync(Token));
        var now = DateTimeOffset.FromUnixTimeMilliseconds(1_800_000_000_123);
        var (one, two) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await traffic.WriteAsync(new RouterReport(one, now, new byte[] { 1 }), Token);
        await traffic.WriteAsync(new RouterReport(two, now.AddSeconds(-1), ReadOnlyMemory<byte>.Empty), Token);
        await traffic.WriteAsync(new RouterReport(one, now.AddSeconds(1), new byte[] { 2, 3 }), Token);
        var read = (await traffic.ReadAsync(Token)).OrderBy(static report => report.Time).ToList();
        Assert.Equal([(two, now.AddSeconds(-1), ""), (one, now.AddSeconds(1), "0203")], read.Select(static report => (
            report.Router, report.Time, Convert.ToHexString(report.Counts.Span))));
        Assert.Empty(await new RouterTraffic(cache.Open(), Environment, ModelName.Parse("other")).ReadAsync(Token));
        Assert.Empty(await new RouterTraffic(cache.Open(), "prod", SomeEvents.Fraud).ReadAsync(Token));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => traffic.WriteAsync(new RouterReport(one, now, new byte[RouterTraffic.MaxBytes + 1]), Token));
    }

    [Fact]
    public async Task Reports_of_too_many_runs_of_routers_make_room_for_the_newest()
    {
        var traffic = new RouterTraffic(cache.Open(), Environment, SomeEvents.Fraud);
        var now = DateTimeOffset.FromUnixTimeMilliseconds(1_800_000_000_000);
        const int More = 3;
        for (var i = 0; i < RouterTraffic.MaxRouters + More; i++)
            await traffic.WriteAsync(new RouterReport(Guid.CreateVersion7(), now.AddSeconds(i), ReadOnlyMemory<byte>.Empty), Token);
        var read = await traffic.ReadAsync(Token);
        Assert.Equal(RouterTraffic.MaxRouters, read.Count);
        Assert.Equal(now.AddSeconds(More), read.Min(static report => report.Time));
    }

    [Fact]
    public async Task Each_incarnation_keeps_its_own_counts()
    {
        var counts = Counts(cache.Open());
        Guid[] incarnations = [Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7()];
        for (var i = 0; i < incarnations.Length; i++)
            Assert.Equal(i + 1, await counts.WriteAsync(incarnations[i], new[] { (byte)i }, Token));
        await counts.WriteAsync(incarnations[1], new byte[] { 9 }, Token);
        var read = await counts.ReadAsync(Token);
        Assert.Equal([0, 9, 2], incarnations.Select(incarnation => read[incarnation].Span[0]));
    }

    [Fact]
    public async Task Each_trial_version_model_and_environment_has_its_own_data()
    {
        var connection = cache.Open();
        TrialCounts[] all =
        [
            Counts(connection), Counts(
                connection,
                Trial with { Trial = 2 }), Counts(connection, Trial with { Version = new ModelVersion(21) }),
            Counts(connection, Trial with { Model = ModelName.Parse("fraud-2") }), new(connection, "prod", Trial),
        ];
        for (var i = 0; i < all.Length; i++)
        {
            await all[i].WriteAsync(Guid.CreateVersion7(), new[] { (byte)i }, Token);
            Assert.Equal(1, await all[i].TakeNumberAsync(Guid.CreateVersion7(), Token));
            Assert.Equal(new KeyedFailure(null, false), await all[i].NoteFailureAsync(7, i, Token));
        }

        for (var i = 0; i < all.Length; i++)
            Assert.Equal([(byte)i], Assert.Single(await all[i].ReadAsync(Token)).Value.ToArray());
    }

    [Fact]
    public async Task No_two_routers_get_the_same_number()
    {
        var numbers = await Task.WhenAll(Enumerable.Range(0, 5).SelectMany(_ =>
        {
            var counts = Counts(cache.Open());
            return Enumerable.Range(0, 10).Select(_ => counts.TakeNumberAsync(Guid.CreateVersion7(), Token));
        }));
        Assert.Equal(Enumerable.Range(1, 50).Select(static i => (long)i), numbers.Order());
    }

    [Fact]
    public async Task A_router_that_repeats_the_call_gets_its_own_number()
    {
        var (one, other) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        var counts = Counts(cache.Open());
        Assert.Equal(1, await counts.TakeNumberAsync(one, Token));
        Assert.Equal(2, await counts.TakeNumberAsync(other, Token));
        Assert.Equal(1, await counts.TakeNumberAsync(one, Token));
        Assert.Equal(2, await counts.TakeNumberAsync(other, Token));
    }

    [Fact]
    public async Task The_minute_of_a_keys_previous_failure_is_known_to_every_router()
    {
        var (one, other) = (Counts(cache.Open()), Counts(cache.Open()));
        Assert.Equal(new KeyedFailure(null, false), await one.NoteFailureAsync(ulong.MaxValue, 3, Token));
        Assert.Equal(new KeyedFailure(3, false), await other.NoteFailureAsync(ulong.MaxValue, 5, Token));
        Assert.Equal(new KeyedFailure(5, false), await one.NoteFailureAsync(ulong.MaxValue, 5, Token));
        Assert.Equal(new KeyedFailure(null, false), await one.NoteFailureAsync(0, 5, Token));
    }

    [Fact]
    public async Task A_router_whose_clock_is_behind_does_not_overwrite_a_later_minute()
    {
        var counts = Counts(cache.Open());
        await counts.NoteFailureAsync(1, 9, Token);
        Assert.Equal(9, (await counts.NoteFailureAsync(1, 4, Token)).PreviousMinute);
        Assert.Equal(9, (await counts.NoteFailureAsync(1, 9, Token)).PreviousMinute);
    }

    [Fact]
    public async Task Without_room_for_more_keys_no_key_counts_any_more()
    {
        const int Room = 20;
        TrialCounts[] routers = [.. Enumerable.Range(0, 3).Select(_ => new TrialCounts(cache.Open(), Environment, Trial, null, Room))];
        for (var key = 0UL; key < Room; key++)
            Assert.False((await routers[key % 3].NoteFailureAsync(key, 1, Token)).IsFull);
        Assert.Equal(new KeyedFailure(1, false), await routers[0].NoteFailureAsync(5, 2, Token));
        Assert.Equal(new KeyedFailure(null, true), await routers[0].NoteFailureAsync(1000, 2, Token));
        foreach (var router in routers)
        {
            // Whether the key is known or not, on this router or another.
            Assert.True((await router.NoteFailureAsync(5, 3, Token)).IsFull);
            Assert.True((await router.NoteFailureAsync(2000, 3, Token)).IsFull);
        }
    }

    [Fact]
    public async Task Data_that_is_no_longer_written_expires()
    {
        var counts = new TrialCounts(cache.Open(), Environment, Trial, TimeSpan.FromMilliseconds(1500));
        await counts.WriteAsync(Guid.CreateVersion7(), new byte[] { 1 }, Token);
        Assert.Equal(1, await counts.TakeNumberAsync(Guid.CreateVersion7(), Token));
        await counts.NoteFailureAsync(1, 1, Token);
        await UntilAsync(async () => (await counts.ReadAsync(Token)).Count == 0);
        await UntilAsync(async () =>
        {
            // Reading must not extend the life of the old data.
            await Task.Delay(2000, Token);
            return await counts.TakeNumberAsync(Guid.CreateVersion7(), Token) == 1;
        });
        Assert.Null((await counts.NoteFailureAsync(1, 1, Token)).PreviousMinute);
    }

    [Fact]
    public async Task A_change_reaches_every_subscriber()
    {
        var listeners = Enumerable.Range(0, 3).Select(_ => new Listener(Channel(cache.Open()))).ToList();
        foreach (var listener in listeners)
            await listener.ListeningAsync(1);
        var channel = Channel(cache.Open());
        Assert.Equal(3, await channel.PublishAsync(SomeEvents.Fraud, 12, Token));
        await channel.PublishAsync(ModelName.Parse("churn"), long.MaxValue, Token);
        foreach (var listener in listeners)
        {
            // A subscriber may receive a message twice.
            var received = new HashSet<JournalChange>();
            while (received.Count < 2)
                received.Add(await listener.NextAsync());
            Assert.Equal(
                [new(SomeEvents.Fraud, 12), new(ModelName.Parse("churn"), long.MaxValue)],
                received.OrderBy(static change => change.Seq));
            await listener.DisposeAsync();
        }

        // The end of a subscription waits for the server only for a moment.
        await UntilAsync(async () => await channel.PublishAsync(SomeEvents.Fraud, 13, Token) == 0);
    }

    [Fact]
    public async Task An_artifact_is_announced_only_to_subscribers_of_its_environment()
    {
        var connection = cache.Open();
        var (received, subscribed) = (new BlockingCollection<(ModelName, ModelVersion)>(), new TaskCompletionSource());
        var channel = new ArtifactChannel(connection, Environment, TimeSpan.FromMilliseconds(20));
        await using (channel.Subscribe((model, version) => received.Add((model, version)), () => subscribed.TrySetResult()))
        {
            await subscribed.Task.WaitAsync(Patience, Token);
            Assert.Equal(0, await new ArtifactChannel(connection, "prod").PublishAsync(SomeEvents.Fraud, new ModelVersion(1), Token));
            foreach (var garbage in (string[])["", "fraud", "fraud 0", "FRAUD 1", "fraud 1 2", new('x', 10_000)])
                await connection.QueryAsync(
                    "test",
                    multiplexer => multiplexer.GetSubscriber().PublishAsync(RedisChannel.Literal($"ms:{Environment}:artifacts"), garbage),
                    Token);
            Assert.Equal(1, await channel.PublishAsync(SomeEvents.Fraud, new ModelVersion(ModelVersion.MaxNumber), Token));
            (ModelName, ModelVersion) first = default;
            await UntilAsync(() => Task.FromResult(received.TryTake(out first)));
            Assert.Equal((SomeEvents.Fraud, new ModelVersion(ModelVersion.MaxNumber)), first);
        }

        // The end of a subscription waits for the server only for a moment.
        await UntilAsync(async () => await channel.PublishAsync(SomeEvents.Fraud, new ModelVersion(1), Token) == 0);
    }

    [Fact]
    public async Task Changes_of_another_environment_are_not_received()
    {
        var connection = cache.Open();
        await using var listener = new Listener(Channel(connection));
        await listener.ListeningAsync(1);
        Assert.Equal(0, await new RolloutChannel(connection, "prod").PublishAsync(SomeEvents.Fraud, 1, Token));
        await Channel(connection).PublishAsync(SomeEvents.Fraud, 2, Token);
        Assert.Equal(2, (await listener.NextAsync()).Seq);
    }

    [Fact]
    public async Task While_the_server_is_dead_each_query_fails_soon_with_the_reason()
    {
        var connection = cache.Open();
        var counts = Counts(connection);
        await counts.WriteAsync(Guid.CreateVersion7(), new byte[] { 1 }, Token);
        Assert.False(connection.State.IsUnavailable);
        await cache.KillAsync();
        await UntilAsync(() => Task.FromResult(connection.State.IsUnavailable));

        Func<Task>[] questions =
        [
            () => counts.WriteAsync(
                Guid.CreateVersion7(),
                new byte[] { 1 },
                Token), () => counts.ReadAsync(Token), () => counts.TakeNumberAsync(Guid.CreateVersion7(), Token),
            () => counts.NoteFailureAsync(1, 1, Token), () => Channel(connection).PublishAsync(SomeEvents.Fraud, 1, Token),
        ];
        var began = Stopwatch.GetTimestamp();
        foreach (var question in questions)
        {
            var e = await Assert.ThrowsAsync<CacheException>(question);
            Assert.Contains($"at the cache {cache.Address}: ", e.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(cache.Password, e.Message, StringComparison.Ordinal);
        }

        // None of them waited until its limit.
        Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(60));
        Assert.True(connection.State.IsUnavailable);
        Assert.NotEmpty(connection.State.Reason!);
    }

    [Fact]
    public async Task When_the_server_returns_everything_recovers_by_itself()
    {
        var connection = cache.Open();
        var states = new ConcurrentQueue<bool>();
        connection.Changed += state => states.Enqueue(state.IsUnavailable);
        var counts = Counts(connection);
        await using var listener = new Listener(Channel(connection));
        await listener.ListeningAsync(1);
        await counts.WriteAsync(Guid.CreateVersion7(), new byte[] { 1 }, Token);

        await cache.KillAsync();
        await UntilAsync(() => Task.FromResult(connection.State.IsUnavailable));
        await cache.RestartAsync();
        await UntilAsync(() => Task.FromResult(!connection.State.IsUnavailable));

        // The server lost its data, and each router writes its whole counts again.
        await UntilAsync(() => TryAsync(() => counts.WriteAsync(Guid.CreateVersion7(), new byte[] { 2 }, Token)));
        Assert.Equal([2], Assert.Single(await counts.ReadAsync(Token)).Value.ToArray());
        await listener.ListeningAsync(2);
        await UntilAsync(async () => await Channel(cache.Open()).PublishAsync(SomeEvents.Fraud, 5, Token) == 1);
        Assert.Equal(5, (await listener.NextAsync()).Seq);
        // On a busy machine it may seem unavailable once more in between.
        Assert.Contains(true, states);
        Assert.False(states.Last());
    }

    [Fact]
    public async Task A_server_that_was_dead_at_the_start_is_found_when_it_starts()
    {
        await cache.KillAsync();
        var connection = cache.Open(limits: new CacheLimits
        {
            Answer = TimeSpan.FromSeconds(20),
            Connect = TimeSpan.FromMilliseconds(200),
        });
        Assert.True(connection.State.IsUnavailable);
        await using var listener = new Listener(Channel(connection));
        await Assert.ThrowsAsync<CacheException>(() => Counts(connection).ReadAsync(Token));
        await cache.RestartAsync();
        await listener.ListeningAsync(1);
        await UntilAsync(() => TryAsync(() => Counts(connection).ReadAsync(Token)));
        Assert.False(connection.State.IsUnavailable);
        await UntilAsync(async () => await Channel(cache.Open()).PublishAsync(SomeEvents.Fraud, 1, Token) == 1);
        Assert.Equal(1, (await listener.NextAsync()).Seq);
    }

    [Fact]
    public async Task A_wrong_password_makes_the_cache_unavailable_with_a_reason()
    {
        var connection = cache.Open(cache.Settings with { Password = "wrong" });
        var e = await Assert.ThrowsAsync<CacheException>(() => Counts(connection).ReadAsync(Token));
        Assert.DoesNotContain("wrong", e.Message.Replace("WRONGPASS", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.True(connection.State.IsUnavailable);
    }

    private static TrialCounts Counts(CacheConnection connection, VersionTrial? trial = null) =>
        new(connection, Environment, trial ?? Trial);

    private static RolloutChannel Channel(CacheConnection connection) => new(connection, Environment, TimeSpan.FromMilliseconds(20));

    private static async Task<bool> TryAsync(Func<Task> act)
    {
        try
        {
            await act();
            return true;
        }
        catch (CacheException)
        {
            return false;
        }
    }

    private static async Task UntilAsync(Func<Task<bool>> isTrue)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
        patience.CancelAfter(Patience);
        while (!await isTrue())
            await Task.Delay(10, patience.Token);
    }

    private sealed class Listener : IAsyncDisposable
    {
        private readonly BlockingCollection<JournalChange> changes = [];
        private readonly IAsyncDisposable subscription;
        private int listened;

        internal Listener(RolloutChannel channel) =>
            subscription = channel.Subscribe(changes.Add, () => Interlocked.Increment(ref listened));

        internal Task ListeningAsync(int times) => UntilAsync(() => Task.FromResult(Volatile.Read(ref listened) >= times));

        internal async Task<JournalChange> NextAsync()
        {
            JournalChange next = default;
            await UntilAsync(() => Task.FromResult(changes.TryTake(out next)));
            return next;
        }

        public ValueTask DisposeAsync() => subscription.DisposeAsync();
    }
}
