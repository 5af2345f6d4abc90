using ModelServing.Cache;
using ModelServing.Cache.Features;
using ModelServing.Features.Engine;
using ModelServing.Features.Events.Log;
using ModelServing.Jobs;
using ModelServing.Jobs.Features;
using ModelServing.OnlineStore;
using ModelServing.Services.Tests.OnlineStore;

namespace ModelServing.Services.Tests.Jobs.Features;

/// <summary>A lost store is filled again by a job, alone or beside a feature server.</summary>
public sealed class FeatureRebuildTests : IAsyncLifetime
{
    private const int Cards = 20;

    private LoggedStore store = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => store = await LoggedStore.StartAsync(Cards);

    public ValueTask DisposeAsync() => store.DisposeAsync();

    [Fact]
    public void A_pod_of_an_indexed_Job_fills_the_part_of_its_index()
    {
        Assert.Equal(new EntityShard(2, 4), ShardOptions.ShardOf(null, 4, "2"));
        Assert.Equal(new EntityShard(1, 3), ShardOptions.ShardOf("1/3", null, "2"));
        Assert.Equal(EntityShard.Whole, ShardOptions.ShardOf(null, null, null));
        foreach (var (text, shards, index) in ((string?, int, string?)[])[(null, 4, "4"), (null, 0, "0"), (null, 4, null), ("1/3", 4, "1")])
            Assert.Throws<JobException>(() => ShardOptions.ShardOf(text, shards, index));
    }

    [Fact]
    public void Two_versions_of_a_view_are_filled_at_once_but_are_no_columns_of_one_table()
    {
        string[] both = ["card-activity:1", "card-activity/v2"];
        Assert.Equal([1, 2], FeatureJobOptions.ViewsOf(both, isTable: false).Select(static view => view.Version));
        Assert.Throws<JobException>(() => FeatureJobOptions.ViewsOf(both));
        Assert.Throws<JobException>(() => FeatureJobOptions.ViewsOf(["card-activity:1", "card-activity/v1"], isTable: false));
    }

    [Fact]
    public async Task The_parts_fill_a_view_together_and_the_last_one_makes_it_readable()
    {
        store.Append(1, 500);
        for (var i = 0; i < 3; i++)
        {
            Assert.Null(await store.View.FindMarkerAsync(Token));
            var rebuilt = await store.RebuildAsync(new EntityShard(i, 3));
            Assert.False(rebuilt.WasFilled);
            Assert.InRange(rebuilt.Entities, 1, Cards - 2);
            // Each part has read more events than the one before.
            store.Append(501 + (i * 100), 100);
        }

        Assert.Equal(500, (await store.View.FindMarkerAsync(Token))!.FilledTo);
        using var follower = store.Follow();
        await store.FollowAsync(follower);
        await IsReplayAsync();
        // Nothing was counted twice, and the server did not fill it again.
        Assert.InRange(follower.Counts[ApplyOutcome.Applied], 100, 300);
        Assert.Equal(0, follower.Counts[ApplyOutcome.Duplicate]);
    }

    [Fact]
    public async Task A_view_that_is_filled_is_left_alone()
    {
        store.Append(1, 50);
        using var follower = store.Follow();
        await store.FollowAsync(follower);
        var before = await store.View.FindMarkerAsync(Token);
        Assert.True((await store.RebuildAsync(EntityShard.Whole)).WasFilled);
        Assert.Equal(before, await store.View.FindMarkerAsync(Token));
    }

    [Fact]
    public async Task A_lost_volume_is_filled_from_the_shipped_events()
    {
        store.Append(1, 200);
        await store.CloseAsync();
        Directory.Delete(store.Volume.FullPath, recursive: true);
        Directory.CreateDirectory(store.Volume.FullPath);
        await store.OpenAsync();
        Assert.Equal(1, store.Log.Epoch);
        var marker = (await store.RebuildAsync(EntityShard.Whole)).Marker!;
        Assert.Equal((1, 200), (marker.Epoch, marker.FilledTo));
        using var follower = store.Follow();
        await store.FollowAsync(follower);
        store.Append(201, 50);
        await store.FollowAsync(follower);
        Assert.Equal(50, follower.Counts[ApplyOutcome.Applied]);
        await IsReplayAsync();
    }

    [Fact]
    public async Task Parts_that_the_cache_has_lost_make_no_readable_view()
    {
        store.Append(1, 100);
        await store.RebuildAsync(new EntityShard(0, 2));
        await store.Cache.KillAsync();
        await store.Cache.RestartAsync();
        await AgainAsync(() => store.RebuildAsync(new EntityShard(1, 2)));
        Assert.Null(await store.View.FindMarkerAsync(Token));
        await store.RebuildAsync(new EntityShard(0, 2));
        Assert.NotNull(await store.View.FindMarkerAsync(Token));
        await IsReplayAsync();
    }

    [Fact]
    public async Task After_another_process_has_begun_a_fill_the_earlier_parts_do_not_count()
    {
        store.Append(1, 100);
        await store.RebuildAsync(new EntityShard(0, 2));
        // The lock lasts longer than this test wants to wait.
        await store.Values.DeleteAsync(new FeatureKeys("dev", "card-activity", 1).Filling, Token);
        var other = new ViewFill(store.View, new ApplyCounts(), store.Log.Epoch, null, TimeProvider.System);
        Assert.True(await other.HoldAsync(Token));
        var second = store.RebuildAsync(new EntityShard(1, 2));
        await other.FinishAsync(0, Token);
        Assert.True((await second).WasFilled);
        using var follower = store.Follow();
        await store.FollowAsync(follower);
        await IsReplayAsync();
    }

    [Fact]
    public async Task After_a_rebuild_the_server_reads_only_the_events_that_follow()
    {
        for (var segment = 0; segment < 8; segment++)
        {
            store.Append((segment * 50) + 1, 50);
            store.Log.Writer.Seal();
        }

        Assert.Equal(400, (await store.RebuildAsync(EntityShard.Whole)).Marker!.FilledTo);
        store.Log.KeepFrom(store.Log.End);
        await store.Log.ShipAsync(Token);
        // Whoever reads the earlier segments misses them.
        for (var segment = 1; segment <= 7; segment++)
            Assert.True(await store.Store.DeleteAsync(SegmentKeys.Segment(0, segment), Token));
        using var follower = store.Follow();
        store.Append(401, 50);
        await store.FollowAsync(follower);
        Assert.Equal((0, 50), (follower.Missing, follower.Counts[ApplyOutcome.Applied]));
    }

    [Fact]
    public async Task A_view_that_was_filled_in_an_earlier_epoch_is_filled_again()
    {
        store.Append(1, 50);
        using (var follower = store.Follow())
            await store.FollowAsync(follower);
        var before = await store.View.FindMarkerAsync(Token);
        await store.CloseAsync();
        Directory.Delete(store.Volume.FullPath, recursive: true);
        Directory.CreateDirectory(store.Volume.FullPath);
        await store.OpenAsync();
        var rebuilt = await store.RebuildAsync(EntityShard.Whole);
        Assert.False(rebuilt.WasFilled);
        Assert.Equal((0, 1), (before!.Epoch, rebuilt.Marker!.Epoch));
        await IsReplayAsync();
    }

    [Fact]
    public async Task A_part_that_slept_during_the_fill_does_not_spoil_the_next_fill()
    {
        store.Append(1, 100);
        var slept = (await SharedFill.TryBeginAsync(store.View, 0, 1, store.Log.Epoch, TimeProvider.System, Token))!;
        // Its lock ends.
        await store.Values.DeleteAsync(new FeatureKeys("dev", "card-activity", 1).Filling, Token);
        using var follower = store.Follow();
        await store.FollowAsync(follower);
        await slept.AddAsync(SomeViews.Card(1), LoggedStore.Engine.CreateState(), Token);
        await Assert.ThrowsAsync<CacheException>(() => slept.FinishAsync(store.Log.Epoch, 0, Token));
        await IsReplayAsync();
    }

    [Fact]
    public async Task Beside_a_server_that_fills_the_view_too_no_event_is_lost_or_counted_twice()
    {
        store.Append(1, 300);
        using var follower = store.Follow();
        await store.FollowAsync(follower);
        for (var round = 0; round < 3; round++)
        {
            await store.Cache.KillAsync();
            await store.Cache.RestartAsync();
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
            var following = RunAsync(follower, stop.Token);
            await AgainAsync(() => Task.WhenAll(
                Task.Run(() => store.RebuildAsync(new EntityShard(0, 2))), Task.Run(() => store.RebuildAsync(new EntityShard(1, 2)))));
            store.Append(301 + (round * 100), 100);
            await stop.CancelAsync();
            await following;
            await AgainAsync(() => store.FollowAsync(follower));
            await AgainAsync(IsReplayAsync);
        }
    }

    private static async Task RunAsync(ViewFollower follower, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await follower.RoundAsync(stop);
            }
            catch (Exception e) when (e is CacheException or OperationCanceledException)
            {
                // The next round.
            }
        }
    }

    // While the cache starts, or while another process makes a fill void.
    private static async Task AgainAsync(Func<Task> action)
    {
        while (true)
        {
            try
            {
                await action();
                return;
            }
            catch (CacheException)
            {
                await Task.Delay(50, Token);
            }
        }
    }

    // The states are those of an engine that applies the log's events in this process, byte by byte.
    private async Task IsReplayAsync()
    {
        var states = new Dictionary<EntityKey, EntityState>();
        using (var replay = store.Log.Read(EventPosition.Start))
        {
            while (await replay.ReadAsync(Token) is { } logged)
            {
                Assert.True(LoggedStore.Engine.TryFindEntity(logged.Event, out var entity));
                if (!states.TryGetValue(entity, out var state))
                    states[entity] = state = LoggedStore.Engine.CreateState();
                LoggedStore.Engine.Apply(state, logged.Event, logged.Sequence);
            }
        }

        await store.HasAsync(card => states[SomeViews.Card(card)]);
    }
}
