using ModelServing.Cache.Features;
using ModelServing.Features.Engine;
using ModelServing.Features.Events.Log;
using ModelServing.OnlineStore;
using ModelServing.Services.Tests.Cache;

namespace ModelServing.Services.Tests.OnlineStore;

/// <summary>The online store's contents follow the event log, on every server of the Redis protocol.</summary>
public abstract class ViewFollowerTests : FollowedCacheTests
{
    private protected ViewFollowerTests(Func<Task<TestedCache>> start)
        : base(start)
    {
    }

    [Fact]
    public async Task A_view_is_filled_from_the_log_and_then_follows_it()
    {
        Append(1, 400);
        var reader = new OnlineReader(new FeatureValues(Cache.Open()));
        Assert.All(await ReadAsync(reader), static answer => Assert.Equal((true, false), (answer.Encoded.IsEmpty, answer.IsFilled)));
        using var follower = Follow();
        await FollowAsync(follower);
        await IsReplayOfAsync(reader, 400);
        Append(401, 300);
        await FollowAsync(follower);
        await IsReplayOfAsync(reader, 700);
        Assert.Equal(700, follower.Counts[ApplyOutcome.Applied]);
    }

    [Fact]
    public async Task Readers_see_nothing_of_a_view_that_is_being_filled()
    {
        Append(1, 5000);
        using var follower = Follow();
        await follower.RoundAsync(Token);
        Assert.False(follower.IsFilled);
        Assert.InRange(follower.AppliedTo, 1, 4999);
        var reader = new OnlineReader(new FeatureValues(Cache.Open()));
        Assert.All(await ReadAsync(reader), static answer => Assert.Equal((true, false), (answer.Encoded.IsEmpty, answer.IsFilled)));
        await FollowAsync(follower);
        await IsReplayOfAsync(reader, 5000);
    }

    [Fact]
    public async Task The_next_process_goes_on_at_the_checkpoint_and_applies_nothing_twice()
    {
        Append(1, 200);
        using (var first = Follow())
        {
            await FollowAsync(first);
            first.Save();
            // These are applied after the checkpoint, so the next process reads them again.
            Append(201, 100);
            await FollowAsync(first);
        }

        Append(301, 100);
        using var next = Follow();
        await FollowAsync(next);
        await IsReplayOfAsync(new OnlineReader(new FeatureValues(Cache.Open())), 400);
        Assert.Equal(100, next.Counts[ApplyOutcome.Applied]);
        Assert.InRange(next.Counts[ApplyOutcome.AlreadyApplied], 0, 200);
    }

    [Fact]
    public async Task Events_that_are_posted_again_change_nothing()
    {
        Append(1, 200);
        Append(101, 100);
        using var follower = Follow();
        await FollowAsync(follower);
        Append(101, 100);
        await FollowAsync(follower);
        Assert.Equal((200, 200), (follower.Counts[ApplyOutcome.Applied], follower.Counts[ApplyOutcome.Duplicate]));
    }

    [Fact]
    public async Task A_cache_that_lost_everything_is_filled_again_with_the_same_bits()
    {
        Append(1, 300);
        using var follower = Follow();
        await FollowAsync(follower);
        var reader = new OnlineReader(new FeatureValues(Cache.Open()));
        var before = await FeaturesAsync(reader);
        await Cache.KillAsync();
        await Cache.RestartAsync();
        await WhileAwayAsync(() => FollowAsync(follower));
        await WhileAwayAsync(async () => Assert.Equal(before, await FeaturesAsync(reader)));
        await IsReplayOfAsync(reader, 300);
    }

    [Fact]
    public async Task A_value_of_an_earlier_fill_is_not_read()
    {
        Append(1, 50);
        var values = new FeatureValues(Cache.Open());
        var view = new ViewStore(Engine, values, "dev");
        using var follower = Follow();
        await FollowAsync(follower);
        var marker = (await view.FindMarkerAsync(Token))!;
        await MarkAsync(values, marker with { Fill = "0fffffffffffffff" });
        Assert.All(
            await ReadAsync(new OnlineReader(values)),
            static answer => Assert.Equal((true, true), (answer.Encoded.IsEmpty, answer.IsFilled)));
        // Values of a later fill were written after the marker was read.
        await MarkAsync(values, marker with { Fill = "0000000000000001" });
        Assert.All(
            await ReadAsync(new OnlineReader(values)),
            static answer => Assert.Equal((true, false), (answer.Encoded.IsEmpty, answer.IsFilled)));
    }

    [Fact]
    public async Task A_view_that_is_filled_again_in_a_new_epoch_is_not_filled_meanwhile()
    {
        Append(1, 5000);
        using (var follower = Follow())
            await FollowAsync(follower);
        await ReopenAsync("another run of the machine");
        using var next = Follow();
        await next.RoundAsync(Token);
        Assert.InRange(next.AppliedTo, 1, 4999);
        Assert.Null(await new ViewStore(Engine, new FeatureValues(Cache.Open()), "dev").FindMarkerAsync(Token));
        var reader = new OnlineReader(new FeatureValues(Cache.Open()));
        Assert.All(await ReadAsync(reader), static answer => Assert.Equal((true, false), (answer.Encoded.IsEmpty, answer.IsFilled)));
        await FollowAsync(next);
        await IsReplayOfAsync(reader, 5000);
    }

    [Fact]
    public async Task A_view_with_a_damaged_value_is_filled_again_and_is_not_filled_meanwhile()
    {
        Append(1, 5000);
        using var follower = Follow();
        await FollowAsync(follower);
        var values = new FeatureValues(Cache.Open());
        var view = new ViewStore(Engine, values, "dev");
        var marker = (await view.FindMarkerAsync(Token))!;
        var damaged = BitConverter.GetBytes(marker.FillNumber).Concat("damaged"u8.ToArray()).ToArray();
        await values.WriteAsync([new FeatureWrite(view.KeyOf(SomeViews.Card(1)), damaged)], view.Kept, Token);
        Append(5001, 40);
        while (follower.IsFilled)
            await follower.RoundAsync(Token);
        await follower.RoundAsync(Token);
        Assert.Null(await view.FindMarkerAsync(Token));
        var reader = new OnlineReader(values);
        Assert.All(await ReadAsync(reader), static answer => Assert.False(answer.IsFilled));
        await FollowAsync(follower);
        await IsReplayOfAsync(reader, 5040);
        Assert.NotEqual(marker.Fill, (await view.FindMarkerAsync(Token))!.Fill);
    }

    [Fact]
    public async Task A_view_that_was_filled_since_its_marker_was_looked_up_is_left_alone()
    {
        var view = new ViewStore(Engine, new FeatureValues(Cache.Open()), "dev");
        var late = Fill(view);
        var other = Fill(view);
        Assert.True(await other.HoldAsync(Token));
        var marker = await other.FinishAsync(0, Token);
        Assert.False(await late.HoldAsync(Token));
        Assert.Equal(marker, await view.FindMarkerAsync(Token));
        // It did not keep the lock.
        Assert.True(await Fill(view, replaces: marker!.Fill).HoldAsync(Token));
        Assert.Null(await view.FindMarkerAsync(Token));
    }

    [Fact]
    public async Task A_marker_is_not_written_once_the_cache_has_lost_the_values()
    {
        var values = new FeatureValues(Cache.Open());
        var view = new ViewStore(Engine, values, "dev");
        var fill = Fill(view);
        Assert.True(await fill.HoldAsync(Token));
        // As a FLUSHALL does.
        await values.DeleteAsync(view.Keys.Filling, Token);
        Assert.Null(await fill.FinishAsync(0, Token));
        Assert.Null(await view.FindMarkerAsync(Token));
        var again = Fill(view);
        Assert.True(await again.HoldAsync(Token));
        var marker = (await again.FinishAsync(0, Token))!;
        await view.RenewAsync(marker.Fill, null, Token);
        Assert.Equal(marker, await view.FindMarkerAsync(Token));
        await view.RenewAsync("0000000000000001", "other", Token);
        Assert.Equal(marker, await view.FindMarkerAsync(Token));
        await values.DeleteAsync(view.Keys.Marker, Token);
        await view.RenewAsync(marker.Fill, null, Token);
        Assert.Null(await view.FindMarkerAsync(Token));
    }

    [Fact]
    public async Task A_cache_that_comes_back_with_an_earlier_copy_is_filled_again()
    {
        Append(1, 300);
        var values = new FeatureValues(Cache.Open());
        Assert.SkipWhen(await values.FindRunsAsync(Token) is null, "this cache does not name its runs");
        var view = new ViewStore(Engine, values, "dev");
        using var follower = Follow();
        await FollowAsync(follower);
        FeatureKey[] keys =
            [view.Keys.Marker, view.Keys.LastFill, .. Enumerable.Range(0, Cards).Select(card => view.KeyOf(SomeViews.Card(card)))];
        var copy = await values.ReadAsync(keys, Token);
        Append(301, 100);
        await FollowAsync(follower);
        await Cache.KillAsync();
        await Cache.RestartAsync();
        await WhileAwayAsync(() => values.WriteAsync(
            [.. keys.Select((key, i) => new FeatureWrite(key, copy[i]))], view.Kept, Token));
        var before = ViewMarker.Parse(copy[0])!.Fill;
        var patience = TimeProvider.System.GetTimestamp();
        await WhileAwayAsync(async () =>
        {
            // Events go on meanwhile.
            while (await view.FindMarkerAsync(Token) is not { } marker || marker.Fill == before)
            {
                await follower.RoundAsync(Token);
                Assert.True(TimeProvider.System.GetElapsedTime(patience) < TimeSpan.FromMinutes(3), "it was never filled again");
            }
        });
        await FollowAsync(follower);
        await IsReplayOfAsync(new OnlineReader(values), 400);
    }

    [Fact]
    public async Task A_fill_during_which_the_cache_was_restarted_does_not_count()
    {
        var values = new FeatureValues(Cache.Open());
        Assert.SkipWhen(await values.FindRunsAsync(Token) is null, "this cache does not name its runs");
        var view = new ViewStore(Engine, values, "dev");
        var fill = Fill(view);
        Assert.True(await fill.HoldAsync(Token));
        FeatureKey[] keys = [view.Keys.Filling, view.Keys.LastFill];
        var copy = await values.ReadAsync(keys, Token);
        await Cache.KillAsync();
        await Cache.RestartAsync();
        // The copy has the lock.
        await WhileAwayAsync(() => values.WriteAsync(
            [.. keys.Select((key, i) => new FeatureWrite(key, copy[i]))], view.Kept, Token));
        await WhileAwayAsync(async () => Assert.Null(await fill.FinishAsync(0, Token)));
        Assert.Null(await view.FindMarkerAsync(Token));
    }

    [Fact]
    public async Task A_process_that_slept_during_its_fill_does_not_spoil_the_next_fill()
    {
        Append(1, 100);
        var values = new FeatureValues(Cache.Open());
        var view = new ViewStore(Engine, values, "dev");
        var events = await LogAsync();
        var slept = Fill(view);
        Assert.True(await slept.HoldAsync(Token));
        // Its lock ends.
        await values.DeleteAsync(view.Keys.Filling, Token);
        var next = Fill(view);
        Assert.True(await next.HoldAsync(Token));
        Assert.True(await next.ApplyAsync(events[..50], Token));
        Assert.False(await slept.ApplyAsync(events[..10], Token));
        Assert.True(await next.ApplyAsync(events[50..], Token));
        Assert.False(await slept.ApplyAsync(events, Token));
        Assert.Null(await slept.FinishAsync(10, Token));
        Assert.NotNull(await next.FinishAsync(100, Token));
        await IsReplayOfAsync(new OnlineReader(values), 100);
    }

    [Fact]
    public async Task A_fill_passes_the_numbers_that_the_cache_forgot()
    {
        Append(1, 100);
        var values = new FeatureValues(Cache.Open());
        var view = new ViewStore(Engine, values, "dev");
        // Later than every fill of this century, whose numbers begin with 01.
        var late = BitConverter.GetBytes(0x0223456789abcdefUL).Concat(Engine.Encode(Engine.CreateState())).ToArray();
        await values.WriteAsync([new FeatureWrite(view.KeyOf(SomeViews.Card(3)), late)], view.Kept, Token);
        using (var follower = Follow())
            await FollowAsync(follower);
        await IsReplayOfAsync(new OnlineReader(values), 100);
        Assert.True((await view.FindMarkerAsync(Token))!.FillNumber > 0x0223456789abcdefUL);
        // A follower finds one in its way, too.
        late[7] = 3;
        await values.WriteAsync([new FeatureWrite(view.KeyOf(SomeViews.Card(3)), late)], view.Kept, Token);
        Append(101, 100);
        using var next = Follow();
        await FollowAsync(next);
        await IsReplayOfAsync(new OnlineReader(values), 200);
    }

    [Fact]
    public async Task A_marker_of_another_definition_does_not_count()
    {
        Append(1, 50);
        using var follower = Follow();
        await FollowAsync(follower);
        var other = new FeatureEngine(SomeViews.CardActivity() with { Tail = 64 });
        var view = new ViewStore(other, new FeatureValues(Cache.Open()), "dev");
        Assert.Null(await view.FindMarkerAsync(Token));
    }

    [Fact]
    public async Task A_process_waits_while_another_one_fills_the_view()
    {
        Append(1, 50);
        var values = new FeatureValues(Cache.Open());
        var view = new ViewStore(Engine, values, "dev");
        var other = Fill(view);
        Assert.True(await other.HoldAsync(Token));
        using var follower = Follow();
        for (var i = 0; i < 2; i++)
            await follower.RoundAsync(Token);
        Assert.False(follower.IsFilled);
        using (var reader = Log.Read(EventPosition.Start))
        {
            while (await reader.ReadAsync(Token) is { } logged)
                await other.ApplyAsync([logged], Token);
        }

        await other.FinishAsync(50, Token);
        Append(51, 50);
        await FollowAsync(follower);
        await IsReplayOfAsync(new OnlineReader(values), 100);
        Assert.Equal(50, follower.Counts[ApplyOutcome.Applied]);
    }

    [Fact]
    public async Task A_view_of_an_earlier_epoch_is_filled_again()
    {
        Append(1, 60);
        using (var follower = Follow())
            await FollowAsync(follower);
        await ReopenAsync("another run of the machine");
        using var next = Follow();
        await FollowAsync(next);
        Assert.Equal(60, next.Counts[ApplyOutcome.Applied]);
        await IsReplayOfAsync(new OnlineReader(new FeatureValues(Cache.Open())), 60);
    }
}
