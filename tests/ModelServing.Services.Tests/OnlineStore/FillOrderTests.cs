using ModelServing.Cache;
using ModelServing.Cache.Features;
using ModelServing.Features.Events.Log;
using ModelServing.OnlineStore;
using ModelServing.Services.Tests.Cache;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.OnlineStore;

/// <summary>What a fill leaves behind for the next one: its number, which a clock that is behind does not undercut, and its lock.</summary>
public sealed class FillOrderTests() : FollowedCacheTests(TestedGarnet.StartAsync)
{
    private static readonly ShiftedTime Ahead = new() { Shift = TimeSpan.FromHours(1) };

    [Fact]
    public async Task The_next_fill_is_later_although_its_clock_is_behind()
    {
        Append(1, 100);
        var view = View(out var values);
        var events = await LogAsync();
        var first = Fill(view, Ahead);
        Assert.True(await first.HoldAsync(Token));
        // Its lock ends.
        await values.DeleteAsync(view.Keys.Filling, Token);
        var next = Fill(view, TimeProvider.System);
        Assert.True(await next.HoldAsync(Token));
        Assert.True(await next.ApplyAsync(events, Token));
        Assert.False(await first.ApplyAsync(events[..10], Token));
        Assert.NotNull(await next.FinishAsync(100, Token));
        await IsReplayOfAsync(new OnlineReader(values), 100);
    }

    [Fact]
    public async Task A_fill_is_later_than_the_one_that_the_marker_names_if_the_last_number_is_lost()
    {
        var view = View(out var values);
        var first = Fill(view, Ahead);
        Assert.True(await first.HoldAsync(Token));
        var marker = (await first.FinishAsync(0, Token))!;
        await values.DeleteAsync(view.Keys.LastFill, Token);
        var next = Fill(view, TimeProvider.System, marker.Fill);
        Assert.True(await next.HoldAsync(Token));
        Assert.True((await next.FinishAsync(0, Token))!.FillNumber > marker.FillNumber);
    }

    [Fact]
    public async Task A_fill_that_finds_values_of_a_later_one_leaves_its_lock_to_the_next()
    {
        Append(1, 10);
        var view = View(out var values);
        var late = BitConverter.GetBytes(0x0223456789abcdefUL).Concat(Engine.Encode(Engine.CreateState())).ToArray();
        await values.WriteAsync([new FeatureWrite(view.KeyOf(SomeViews.Card(3)), late)], view.Kept, Token);
        var fill = Fill(view, TimeProvider.System);
        Assert.True(await fill.HoldAsync(Token));
        var events = await LogAsync();
        Assert.False(await fill.ApplyAsync(events, Token));
        var next = Fill(view, TimeProvider.System);
        Assert.True(await next.HoldAsync(Token));
        Assert.True(await next.ApplyAsync(events, Token));
    }

    [Fact]
    public async Task Parts_that_are_done_leave_their_lock_to_the_next_fill()
    {
        var view = View(out _);
        var (one, other) = (await BeginAsync(view, 0), await BeginAsync(view, 1));
        Assert.Null(await one.FinishAsync(Log.Epoch, 12, Token));
        var marker = (await other.FinishAsync(Log.Epoch, 10, Token))!;
        // Events that only one of them has read are applied again.
        Assert.Equal(10, marker.FilledTo);
        Assert.True(await Fill(view, TimeProvider.System, marker.Fill).HoldAsync(Token));
    }

    [Fact]
    public async Task Parts_between_which_the_cache_was_restarted_do_not_count()
    {
        var view = View(out var values);
        Assert.SkipWhen(await values.FindRunsAsync(Token) is null, "this cache does not name its runs");
        var (one, other) = (await BeginAsync(view, 0), await BeginAsync(view, 1));
        Assert.Null(await one.FinishAsync(Log.Epoch, 10, Token));
        FeatureKey[] keys = [view.Keys.Filling, view.Keys.LastFill, view.Keys.Parts];
        var copy = await values.ReadAsync(keys, Token);
        await Cache.KillAsync();
        await Cache.RestartAsync();
        // It comes back with all but the states.
        await WhileAwayAsync(() => values.WriteAsync(
            [.. keys.Select((key, i) => new FeatureWrite(key, copy[i]))], view.Kept, Token));
        var failed = await Assert.ThrowsAsync<CacheException>(() => other.FinishAsync(Log.Epoch, 10, Token));
        Assert.Contains("is void", failed.Message, StringComparison.Ordinal);
        Assert.Null(await view.FindMarkerAsync(Token));
    }

    [Fact]
    public void A_checkpoint_counts_only_for_its_fill()
    {
        using var folder = new TemporaryFolder();
        var checkpoint = new FollowerCheckpoint(folder.FullPath, Engine.Definition.Id, TimeProvider.System);
        Assert.Null(checkpoint.Find("00000000000000aa"));
        var position = EventPosition.Start with { Epoch = 7 };
        checkpoint.Write("00000000000000aa", position);
        Assert.Equal(position, checkpoint.Find("00000000000000aa"));
        Assert.Null(checkpoint.Find("00000000000000ab"));
    }

    private ViewStore View(out FeatureValues values)
    {
        values = new FeatureValues(Cache.Open());
        return new ViewStore(Engine, values, "dev");
    }

    private ViewFill Fill(ViewStore view, TimeProvider time, string? replaces = null) =>
        new(view, new ApplyCounts(), Log.Epoch, replaces, time);

    private async Task<SharedFill> BeginAsync(ViewStore view, int part) =>
        (await SharedFill.TryBeginAsync(view, part, 2, Log.Epoch, TimeProvider.System, Token))!;
}
