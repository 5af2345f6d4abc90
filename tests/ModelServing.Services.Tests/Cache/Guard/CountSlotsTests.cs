using ModelServing.Cache;
using ModelServing.Cache.Guard;
using ModelServing.Contracts;
using ModelServing.Services.Tests.Journal;

namespace ModelServing.Services.Tests.Cache.Guard;

/// <summary>The places for counts that programs use one after the other, on every server of the Redis protocol.</summary>
public abstract class CountSlotsTests : IAsyncLifetime
{
    private static readonly VersionTrial Trial = new(SomeEvents.Fraud, new ModelVersion(2), 1);
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(5);

    private readonly Func<Task<TestedCache>> start;
    private TestedCache cache = null!;

    private protected CountSlotsTests(Func<Task<TestedCache>> start) => this.start = start;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => cache = await start();

    public async ValueTask DisposeAsync()
    {
        if (cache is not null)
            await cache.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Programs_at_the_same_time_have_different_slots_and_their_counts_are_among_the_routers()
    {
        var slots = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Slots().TakeAsync(SomeEvents.Noon, Lease, Token)));
        Assert.Equal(20, slots.Select(static slot => slot.Id).Distinct().Count());
        Assert.All(slots, static slot => Assert.True(slot.Counts.IsEmpty));
        foreach (var (i, slot) in slots.Index())
            Assert.True(await Slots().WriteAsync(slot, new[] { (byte)i }, SomeEvents.Noon + Lease, Token));
        // Written again, it changes nothing.
        Assert.True(await Slots().WriteAsync(slots[3], new byte[] { 3 }, SomeEvents.Noon + Lease, Token));
        var read = await new TrialCounts(cache.Open(), "dev", Trial).ReadAsync(Token);
        Assert.Equal(Enumerable.Range(0, 20), read.Values.Select(static counts => (int)counts.Span[0]).Order());
    }

    [Fact]
    public async Task A_slot_is_taken_over_with_its_counts_once_its_time_is_over_and_its_former_holder_writes_nothing_more()
    {
        var first = await Slots().TakeAsync(SomeEvents.Noon, Lease, Token);
        Assert.True(await Slots().WriteAsync(first, new byte[] { 7 }, SomeEvents.Noon + Lease, Token));
        Assert.NotEqual(first.Id, (await Slots().TakeAsync(SomeEvents.Noon + Lease - TimeSpan.FromSeconds(1), Lease, Token)).Id);
        var later = SomeEvents.Noon + Lease + TimeSpan.FromSeconds(1);
        var next = await Slots().TakeAsync(later, Lease, Token);
        Assert.Equal((first.Id, 7), (next.Id, next.Counts.Span[0]));
        Assert.NotEqual(first.Holder, next.Holder);
        Assert.False(await Slots().WriteAsync(first, new byte[] { 9 }, later + Lease, Token));
        Assert.True(await Slots().WriteAsync(next, new byte[] { 8 }, later + Lease, Token));
        Assert.Contains((await new TrialCounts(cache.Open(), "dev", Trial).ReadAsync(Token)).Values, static counts => counts.Span is [8]);
    }

    [Fact]
    public async Task Writes_extend_the_time_and_a_program_that_goes_on_writing_keeps_its_slot()
    {
        var slot = await Slots().TakeAsync(SomeEvents.Noon, Lease, Token);
        for (var now = SomeEvents.Noon; now < SomeEvents.Noon + (3 * Lease); now += TimeSpan.FromSeconds(20))
        {
            Assert.True(await Slots().WriteAsync(slot, new byte[] { 1 }, now + Lease, Token));
            // A write moves the time in steps of a minute, so it is never further behind than that.
            Assert.NotEqual(slot.Id, (await Slots().TakeAsync(now + Lease - TimeSpan.FromMinutes(1), Lease, Token)).Id);
        }
    }

    [Fact]
    public async Task A_program_keeps_its_slot_while_others_take_theirs_and_extend_them()
    {
        // All holders are in one key, so each of these writes disturbs the others. One that was disturbed each time is tried again, as the
        // routers do; none may find that another program has its slot.
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async i =>
        {
            var slots = Slots();
            var slot = await slots.TakeAsync(SomeEvents.Noon, Lease, Token);
            for (var minute = 1; minute <= 25; minute++)
            {
                var until = SomeEvents.Noon + Lease + TimeSpan.FromMinutes(minute);
                Assert.True(await WriteAsync(slots, slot, [(byte)i, (byte)minute], until), $"slot {i}, minute {minute}");
            }
        }));
        var read = await new TrialCounts(cache.Open(), "dev", Trial).ReadAsync(Token);
        Assert.Equal(
            Enumerable.Range(0, 8).Select(static i => (i, 25)),
            read.Values.Select(static counts => ((int)counts.Span[0], (int)counts.Span[1])).Order());

        static async Task<bool> WriteAsync(CountSlots slots, CountSlot slot, byte[] counts, DateTimeOffset until)
        {
            while (true)
            {
                try
                {
                    return await slots.WriteAsync(slot, counts, until, Token);
                }
                catch (CacheException e) when (e.Message.Contains("other holders changed", StringComparison.Ordinal))
                {
                }
            }
        }
    }

    [Fact]
    public async Task A_slot_that_the_cache_has_lost_is_taken_again_by_the_next_write()
    {
        var slot = await Slots().TakeAsync(SomeEvents.Noon, Lease, Token);
        Assert.True(await Slots().WriteAsync(slot, new byte[] { 1 }, SomeEvents.Noon + Lease, Token));
        await cache.KillAsync();
        await cache.RestartAsync();
        Assert.True(await Slots().WriteAsync(slot, new byte[] { 2 }, SomeEvents.Noon + Lease, Token));
        Assert.NotEqual(slot.Id, (await Slots().TakeAsync(SomeEvents.Noon + TimeSpan.FromMinutes(4), Lease, Token)).Id);
        Assert.Equal(slot.Id, (await Slots().TakeAsync(SomeEvents.Noon + Lease + TimeSpan.FromSeconds(1), Lease, Token)).Id);
    }

    [Fact]
    public async Task Programs_that_start_together_later_take_the_old_slots_once_each()
    {
        for (var i = 0; i < 10; i++)
            _ = await Slots().TakeAsync(SomeEvents.Noon, Lease, Token);
        var later = SomeEvents.Noon + Lease + TimeSpan.FromSeconds(1);
        var slots = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Slots().TakeAsync(later, Lease, Token)));
        Assert.Equal(10, slots.Select(static slot => slot.Id).Distinct().Count());
    }

    private CountSlots Slots() => new(cache.Open(), "dev", Trial);
}
