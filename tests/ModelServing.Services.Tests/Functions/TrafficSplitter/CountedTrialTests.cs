using ModelServing.Cache;
using ModelServing.Cache.Guard;
using ModelServing.Contracts;
using ModelServing.Functions.TrafficSplitter;
using ModelServing.Rollout.Guard;
using ModelServing.Services.Tests.Cache;
using ModelServing.Services.Tests.Journal;
using ModelServing.Services.Tests.Rollout.Guard;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Functions.TrafficSplitter;

/// <summary>The counts of containers that take over each other's slots: each failure is in the sum once.</summary>
public sealed class CountedTrialTests : IAsyncLifetime
{
    private static readonly VersionTrial Trial = new(SomeEvents.Fraud, new ModelVersion(2), 1);

    // More than the lease of a slot.
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(6);

    private TestedCache garnet = null!;
    private CountSlots slots = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        garnet = await TestedGarnet.StartAsync();
        slots = new CountSlots(garnet.Open(), "dev", Trial);
    }

    public ValueTask DisposeAsync() => garnet.DisposeAsync();

    [Fact]
    public async Task A_container_that_lost_its_slot_counts_on_in_another_one()
    {
        var (one, other) = (Create(), Create());
        var now = SomeEvents.Noon;
        Fail(one, 3);
        await one.WriteAsync(slots, now);
        Assert.Equal(3, await SumAsync());

        Fail(other, 2);
        await other.WriteAsync(slots, now += Pause);
        Assert.Equal((5, 1), (await SumAsync(), await CountAsync()));

        // It goes on after a freeze. What it wrote before is in the slot that it has lost.
        Fail(one, 1);
        await one.WriteAsync(slots, now += TimeSpan.FromMinutes(1));
        Assert.Equal((6, 2), (await SumAsync(), await CountAsync()));
        Fail(one, 1);
        await one.WriteAsync(slots, now);
        Fail(other, 1);
        await other.WriteAsync(slots, now);
        Assert.Equal((8, 2), (await SumAsync(), await CountAsync()));
        // Both hold their slots for minutes after a write.
        var third = Create();
        Fail(third, 1);
        await third.WriteAsync(slots, now += TimeSpan.FromMinutes(4));
        Assert.Equal((9, 3), (await SumAsync(), await CountAsync()));
    }

    [Fact]
    public async Task What_a_lost_slot_had_before_is_not_counted_in_the_next_one()
    {
        var (one, other, third) = (Create(), Create(), Create());
        Fail(one, 3);
        await one.WriteAsync(slots, SomeEvents.Noon);
        Fail(other, 2);
        await other.WriteAsync(slots, SomeEvents.Noon + Pause);
        Fail(third, 1);
        await third.WriteAsync(slots, SomeEvents.Noon + 2 * Pause);
        Fail(other, 1);
        await other.WriteAsync(slots, SomeEvents.Noon + 2 * Pause);
        Assert.Equal((7, 2), (await SumAsync(), await CountAsync()));
    }

    [Fact]
    public async Task What_may_have_been_written_is_not_counted_again_in_another_slot()
    {
        var (one, other) = (Create(), Create());
        var now = SomeEvents.Noon;
        Fail(one, 3);
        await one.WriteAsync(slots, now);
        // No answer: the counts may be in the slot.
        await using var dead = CacheConnection.Open(new CacheSettings { Addresses = [RawServer.NobodyThere().ToString()] });
        Fail(one, 1);
        await Assert.ThrowsAsync<CacheException>(() => one.WriteAsync(new CountSlots(dead, "dev", Trial), now));
        one.Settle();
        Fail(other, 2);
        await other.WriteAsync(slots, now += Pause);
        Fail(one, 1);
        await one.WriteAsync(slots, now);
        Assert.Equal(3 + 2 + 1, await SumAsync());
    }

    [Fact]
    public async Task While_the_container_has_its_slot_a_write_without_an_answer_is_made_good_by_the_next()
    {
        var one = Create();
        await using var dead = CacheConnection.Open(new CacheSettings { Addresses = [RawServer.NobodyThere().ToString()] });
        Fail(one, 1);
        await one.WriteAsync(slots, SomeEvents.Noon);
        Fail(one, 1);
        await Assert.ThrowsAsync<CacheException>(() => one.WriteAsync(new CountSlots(dead, "dev", Trial), SomeEvents.Noon));
        one.Settle();
        Fail(one, 1);
        await one.WriteAsync(slots, SomeEvents.Noon);
        Assert.Equal(3, await SumAsync());
    }

    [Fact]
    public async Task In_a_long_outage_of_the_cache_the_counts_that_wait_for_another_slot_are_bounded()
    {
        var (one, other) = (Create(), Create());
        Fail(one, 3);
        await one.WriteAsync(slots, SomeEvents.Noon);
        // Nothing is written for a while, and in that time another container takes the slot.
        Fail(one, 5000);
        Fail(other, 2);
        await other.WriteAsync(slots, SomeEvents.Noon + Pause);
        await one.WriteAsync(slots, SomeEvents.Noon + Pause);
        Assert.Equal(3 + 2 + (5000 - 4096), await SumAsync());
    }

    private static CountedTrial Create() => new(Trial, SomeEvents.Noon);

    private static void Fail(CountedTrial counted, int times)
    {
        for (var i = 0; i < times; i++)
            counted.Add(0, Some.Failure(isWatched: true, minute: 1));
    }

    private async Task<long> SumAsync() =>
        ClientCounts.Sum((await ReadAsync()).Select(static one => ClientCounts.Parse(one.Span))).All.Total(GuardKind.Error).Watched;

    private async Task<int> CountAsync() => (await ReadAsync()).Count();

    private async Task<IEnumerable<ReadOnlyMemory<byte>>> ReadAsync() =>
        (await new TrialCounts(garnet.Open(), "dev", Trial).ReadAsync(Token)).Values;
}
