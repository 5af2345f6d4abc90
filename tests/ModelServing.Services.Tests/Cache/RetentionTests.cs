using ModelServing.Cache;
using ModelServing.Cache.Guard;
using ModelServing.Cache.Reports;
using ModelServing.Cache.Splitting;
using ModelServing.Cache.Traffic;
using ModelServing.Contracts;
using ModelServing.Services.Tests.Cache.Reports;
using ModelServing.Services.Tests.Journal;
using StackExchange.Redis;

namespace ModelServing.Services.Tests.Cache;

/// <summary>How long the cache keeps what programs write, and what keeps it for longer. A test makes time pass by setting the time that a
/// key has left.</summary>
public sealed class RetentionTests : IAsyncLifetime
{
    private const string Environment = "dev";
    private static readonly VersionTrial Trial = new(SomeEvents.Fraud, new ModelVersion(2), 1);
    private static readonly CacheKeys Keys = new(Environment, Trial);
    private static readonly ReportKeys Reports = new(Environment);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(50);

    private TestedCache garnet = null!;
    private CacheConnection cache = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        garnet = await TestedGarnet.StartAsync();
        cache = garnet.Open();
    }

    public ValueTask DisposeAsync() => garnet.DisposeAsync();

    [Fact]
    public async Task While_a_router_writes_counts_the_numbers_and_the_failed_keys_of_the_trial_stay()
    {
        var counts = new TrialCounts(cache, Environment, Trial);
        await FillAsync(counts);
        await PassAsync(Keys.Counts, Keys.Routers, Keys.Keys);
        await counts.WriteAsync(Guid.NewGuid(), new byte[] { 2 }, Token);
        await AssertKeptAsync(TimeSpan.FromDays(13), Keys.Counts, Keys.Routers, Keys.Keys);
    }

    [Fact]
    public async Task A_number_and_a_failed_key_renew_their_own_time()
    {
        var counts = new TrialCounts(cache, Environment, Trial);
        await FillAsync(counts);
        await PassAsync(Keys.Routers, Keys.Keys);
        Assert.Equal(2, await counts.TakeNumberAsync(Guid.NewGuid(), Token));
        await counts.NoteFailureAsync(2, 1, Token);
        await AssertKeptAsync(TimeSpan.FromDays(13), Keys.Routers, Keys.Keys);
    }

    [Fact]
    public async Task While_only_functions_write_counts_all_of_the_trial_stays()
    {
        var slots = new CountSlots(cache, Environment, Trial);
        await FillAsync(new TrialCounts(cache, Environment, Trial));
        var slot = await slots.TakeAsync(SomeEvents.Noon, Lease, Token);
        await PassAsync(Keys.Counts, Keys.Routers, Keys.Keys, Keys.Slots, Keys.Holders);
        // Writes within a minute leave the times as they are.
        Assert.True(await slots.WriteAsync(slot, new byte[] { 1 }, SomeEvents.Noon + Lease + Minute, Token));
        await AssertKeptAsync(TimeSpan.FromDays(13), Keys.Counts, Keys.Routers, Keys.Keys, Keys.Slots, Keys.Holders);
    }

    [Fact]
    public async Task Writes_extend_the_hold_on_a_slot()
    {
        var slots = new CountSlots(cache, Environment, Trial);
        var slot = await slots.TakeAsync(SomeEvents.Noon, Lease, Token);
        Assert.True(await slots.WriteAsync(slot, new byte[] { 1 }, SomeEvents.Noon + 2 * Lease, Token));
        var between = SomeEvents.Noon + Lease + Minute;
        Assert.NotEqual(slot.Id, (await slots.TakeAsync(between, Lease, Token)).Id);
        var later = SomeEvents.Noon + 2 * Lease + Minute;
        Assert.Equal(slot.Id, (await slots.TakeAsync(later - Minute / 2, Lease, Token)).Id);
    }

    [Fact]
    public async Task A_slot_outlives_a_restart_of_the_cache_that_lost_it()
    {
        var slots = new CountSlots(cache, Environment, Trial);
        var slot = await slots.TakeAsync(SomeEvents.Noon, Lease, Token);
        Assert.True(await slots.WriteAsync(slot, new byte[] { 1 }, SomeEvents.Noon + Lease, Token));
        await garnet.KillAsync();
        await garnet.RestartAsync();
        // Another connection, because this one takes a while to notice that the server is back.
        var again = garnet.Open();
        Assert.True(await new CountSlots(again, Environment, Trial).WriteAsync(
            slot, new byte[] { 2 }, SomeEvents.Noon + Lease, Token));
        Assert.Equal([2], Assert.Single(await new TrialCounts(again, Environment, Trial).ReadAsync(Token)).Value.ToArray());
    }

    [Fact]
    public async Task A_lost_connection_is_one_loss_for_the_window_and_not_for_longer()
    {
        var window = TimeSpan.FromSeconds(10);
        var (one, other) = (new TrialCounts(cache, Environment, Trial), new TrialCounts(cache, Environment, Trial));
        Assert.True(await one.TakeLossAsync("10.0.0.1:1", window, Token));
        Assert.False(await other.TakeLossAsync("10.0.0.1:1", window, Token));
        Assert.True(await other.TakeLossAsync("10.0.0.2:1", window, Token));
        Assert.InRange(await LeftAsync(Keys.LossOf("10.0.0.1:1")), TimeSpan.FromTicks(1), window);
        await DeleteAsync(Keys.LossOf("10.0.0.1:1"));
        Assert.True(await other.TakeLossAsync("10.0.0.1:1", window, Token));
    }

    [Fact]
    public async Task The_mark_of_a_posted_minute_outlives_the_claim_and_the_time_in_which_the_minute_may_be_posted()
    {
        var posted = new PostedMinutes(cache, Environment, Minute);
        Assert.True(await posted.TakeAsync(7, Guid.NewGuid(), Soon, Token));
        Assert.InRange(await LeftAsync(Reports.PostedOf(7)), TimeSpan.FromTicks(1), Soon);
        await posted.MarkAsync(7, Token);
        await AssertKeptAsync(MinuteReports.RetentionOf(Minute) - Minute, Reports.PostedOf(7));
        Assert.False(await posted.TakeAsync(7, Guid.NewGuid(), Soon, Token));
    }

    [Fact]
    public async Task The_list_of_models_stays_while_one_of_them_reports()
    {
        var reports = new MinuteReports(cache, Environment, Minute);
        await reports.WriteAsync(SomeEvents.Fraud, 1, SomeReports.Process(SomeReports.One), Token);
        await PassAsync(Reports.Models);
        await reports.WriteAsync(ModelName.Parse("churn"), 2, SomeReports.Process(SomeReports.One), Token);
        await AssertKeptAsync(MinuteReports.RetentionOf(Minute) - Minute, Reports.Models);
    }

    [Fact]
    public async Task Everything_that_programs_report_expires()
    {
        await new MinuteReports(cache, Environment, Minute).WriteAsync(
            SomeEvents.Fraud, 1, SomeReports.Process(SomeReports.One), Token);
        await new InputReports(cache, Environment, Minute).WriteAsync(
            SomeEvents.Fraud, 1, new ModelVersion(1), Guid.NewGuid(), new InputReport([]), Token);
        await new FeatureReports(cache, Environment, Minute).WriteAsync(1, SomeReports.SomeFeatures, Token);
        await new RouterTraffic(cache, Environment, SomeEvents.Fraud).WriteAsync(
            new RouterReport(Guid.NewGuid(), SomeEvents.Noon, ReadOnlyMemory<byte>.Empty), Token);
        await new PublishedStates(cache, Environment).WriteAsync(Guid.NewGuid(), new byte[] { 1 }, Token);
        await FillAsync(new TrialCounts(cache, Environment, Trial));
        await new CountSlots(cache, Environment, Trial).TakeAsync(SomeEvents.Noon, Lease, Token);
        await new PostedMinutes(cache, Environment, Minute).MarkAsync(1, Token);
        var keys = await cache.QueryAsync(
            "test", static async multiplexer => (RedisKey[])(await multiplexer.GetDatabase().ExecuteAsync("KEYS", "*"))!, Token);
        Assert.True(keys.Length >= 11, $"only {keys.Length} keys");
        foreach (var key in keys)
            Assert.True(await LeftAsync(key) > TimeSpan.Zero, $"{key} never expires");
    }

    [Fact]
    public async Task What_routers_publish_stays_while_one_of_them_publishes()
    {
        RedisKey key = $"{{ms:{Environment}:rollouts}}:published";
        var states = new PublishedStates(cache, Environment);
        await states.WriteAsync(Guid.NewGuid(), new byte[] { 1 }, Token);
        await PassAsync(key);
        await states.WriteAsync(Guid.NewGuid(), new byte[] { 2 }, Token);
        await AssertKeptAsync(TimeSpan.FromMinutes(50), key);
    }

    private static async Task FillAsync(TrialCounts counts)
    {
        await counts.WriteAsync(Guid.NewGuid(), new byte[] { 1 }, Token);
        Assert.Equal(1, await counts.TakeNumberAsync(Guid.NewGuid(), Token));
        await counts.NoteFailureAsync(1, 1, Token);
    }

    private async Task PassAsync(params RedisKey[] keys)
    {
        foreach (var key in keys)
            Assert.True(await cache.QueryAsync("test", multiplexer => multiplexer.GetDatabase().KeyExpireAsync(key, Soon), Token));
    }

    private async Task AssertKeptAsync(TimeSpan least, params RedisKey[] keys)
    {
        foreach (var key in keys)
            Assert.True(await LeftAsync(key) >= least, $"{key} is kept for {await LeftAsync(key)} only");
    }

    // Zero for a key that never expires, and for one that is missing.
    private async Task<TimeSpan> LeftAsync(RedisKey key) =>
        await cache.QueryAsync("test", multiplexer => multiplexer.GetDatabase().KeyTimeToLiveAsync(key), Token) ?? TimeSpan.Zero;

    private Task<bool> DeleteAsync(RedisKey key) =>
        cache.QueryAsync("test", multiplexer => multiplexer.GetDatabase().KeyDeleteAsync(key), Token);
}
