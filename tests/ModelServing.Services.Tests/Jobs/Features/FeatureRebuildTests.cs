using Microsoft.Extensions.Logging.Abstractions;
using ModelServing.Cache;
using ModelServing.Cache.Features;
using ModelServing.Contracts;
using ModelServing.Features.Engine;
using ModelServing.Features.Events.Log;
using ModelServing.Jobs;
using ModelServing.Jobs.Features;
using ModelServing.Jobs.Progress;
using ModelServing.OnlineStore;
using ModelServing.Registry;
using ModelServing.Services.Tests.Cache;
using ModelServing.Services.Tests.Features.Events;
using ModelServing.Services.Tests.OnlineStore;
using ModelServing.Spool;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Jobs.Features;

/// <summary>A lost store is filled again by a job, alone or beside a feature server.</summary>
public sealed class FeatureRebuildTests : IAsyncLifetime
{
    private const int Cards = 20;

    private static readonly FeatureEngine Engine = new(SomeViews.CardActivity());

    private readonly TemporaryFolder volume = new();
    private readonly TemporaryFolder bucket = new();
    private TestedCache cache = null!;
    private EventLog log = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private IObjectStore Store => RegistryLocation.Open("file:" + bucket.FullPath);

    private ViewStore View => new(Engine, new FeatureValues(cache.Open()), "dev");

    public async ValueTask InitializeAsync()
    {
        cache = await TestedGarnet.StartAsync();
        log = await OpenAsync();
    }

    public async ValueTask DisposeAsync()
    {
        log?.Dispose();
        if (cache is not null)
            await cache.DisposeAsync();
        volume.Dispose();
        bucket.Dispose();
    }

    [Fact]
    public void A_pod_of_an_indexed_Job_fills_the_part_of_its_index()
    {
        Assert.Equal(new EntityShard(2, 4), FeatureJobOptions.ShardOf(null, 4, "2"));
        Assert.Equal(new EntityShard(1, 3), FeatureJobOptions.ShardOf("1/3", null, "2"));
        Assert.Equal(EntityShard.Whole, FeatureJobOptions.ShardOf(null, null, null));
        foreach (var (text, shards, index) in ((string?, int, string?)[])[(null, 4, "4"), (null, 0, "0"), (null, 4, null), ("1/3", 4, "1")])
            Assert.Throws<JobException>(() => FeatureJobOptions.ShardOf(text, shards, index));
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
        Append(1, 500);
        for (var i = 0; i < 3; i++)
        {
            Assert.Null(await View.FindMarkerAsync(Token));
            var rebuilt = Assert.Single(await RebuildAsync(new EntityShard(i, 3)));
            Assert.False(rebuilt.WasFilled);
            Assert.InRange(rebuilt.Entities, 1, Cards - 2);
            // Each part has read more events than the one before.
            Append(501 + (i * 100), 100);
        }

        Assert.Equal(500, (await View.FindMarkerAsync(Token))!.FilledTo);
        using var follower = Follow();
        await FollowAsync(follower);
        await IsReplayAsync();
        // Nothing was counted twice, and the server did not fill it again.
        Assert.InRange(follower.Counts[ApplyOutcome.Applied], 100, 300);
        Assert.Equal(0, follower.Counts[ApplyOutcome.Duplicate]);
    }

    [Fact]
    public async Task A_view_that_is_filled_is_left_alone()
    {
        Append(1, 50);
        using var follower = Follow();
        await FollowAsync(follower);
        var before = await View.FindMarkerAsync(Token);
        Assert.True(Assert.Single(await RebuildAsync(EntityShard.Whole)).WasFilled);
        Assert.Equal(before, await View.FindMarkerAsync(Token));
    }

    [Fact]
    public async Task A_lost_volume_is_filled_from_the_shipped_events()
    {
        Append(1, 200);
        log.Close();
        await log.ShipAllAsync(Token);
        log.Dispose();
        Directory.Delete(volume.FullPath, recursive: true);
        Directory.CreateDirectory(volume.FullPath);
        log = await OpenAsync();
        Assert.Equal(1, log.Epoch);
        var marker = Assert.Single(await RebuildAsync(EntityShard.Whole)).Marker!;
        Assert.Equal((1, 200), (marker.Epoch, marker.FilledTo));
        using var follower = Follow();
        await FollowAsync(follower);
        Append(201, 50);
        await FollowAsync(follower);
        Assert.Equal(50, follower.Counts[ApplyOutcome.Applied]);
        await IsReplayAsync();
    }

    [Fact]
    public async Task Parts_that_the_cache_has_lost_make_no_readable_view()
    {
        Append(1, 100);
        await RebuildAsync(new EntityShard(0, 2));
        await cache.KillAsync();
        await cache.RestartAsync();
        await AgainAsync(() => RebuildAsync(new EntityShard(1, 2)));
        Assert.Null(await View.FindMarkerAsync(Token));
        await RebuildAsync(new EntityShard(0, 2));
        Assert.NotNull(await View.FindMarkerAsync(Token));
        await IsReplayAsync();
    }

    [Fact]
    public async Task After_another_process_has_begun_a_fill_the_earlier_parts_do_not_count()
    {
        Append(1, 100);
        await RebuildAsync(new EntityShard(0, 2));
        // The lock lasts longer than this test wants to wait.
        await new FeatureValues(cache.Open()).DeleteAsync(new FeatureKeys("dev", "card-activity", 1).Filling, Token);
        var other = new ViewFill(View, new ApplyCounts());
        Assert.True(await other.HoldAsync(Token));
        var second = RebuildAsync(new EntityShard(1, 2));
        await other.FinishAsync(log.Epoch, 0, Token);
        Assert.True(Assert.Single(await second).WasFilled);
        using var follower = Follow();
        await FollowAsync(follower);
        await IsReplayAsync();
    }

    [Fact]
    public async Task Beside_a_server_that_fills_the_view_too_no_event_is_lost_or_counted_twice()
    {
        Append(1, 300);
        using var follower = Follow();
        await FollowAsync(follower);
        for (var round = 0; round < 3; round++)
        {
            await cache.KillAsync();
            await cache.RestartAsync();
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
            var following = RunAsync(follower, stop.Token);
            await AgainAsync(() => Task.WhenAll(
                Task.Run(() => RebuildAsync(new EntityShard(0, 2))), Task.Run(() => RebuildAsync(new EntityShard(1, 2)))));
            Append(301 + (round * 100), 100);
            await stop.CancelAsync();
            await following;
            await AgainAsync(() => FollowAsync(follower));
            await AgainAsync(IsReplayAsync);
        }
    }

    private Task<EventLog> OpenAsync() => EventLog.OpenAsync(
        new EventLogOptions(volume.FullPath, SpoolMode.Process, 1L << 30), Store, TimeProvider.System, NullLogger.Instance, Token);

    private ViewFollower Follow() => new(View, log, volume.Combine("views"), TimeProvider.System, NullLogger.Instance);

    private void Append(int first, int count)
    {
        for (var i = first; i < first + count; i++)
            Assert.Equal(Appended.Kept, log.Append(SomeEvents.Encode(SomeEvents.Payment(i, i % Cards, i)), out _));
    }

    private async Task<IReadOnlyList<RebuiltView>> RebuildAsync(EntityShard shard)
    {
        using var folder = new TemporaryFolder();
        var request = new FeatureRebuildRequest([Engine.Definition], "dev", volume.FullPath, shard, 128);
        return await new FeatureRebuild(Store, new FeatureValues(cache.Open()), new StepLines(TextWriter.Null), TimeProvider.System)
            .RunAsync(request, folder.FullPath, Token);
    }

    private async Task FollowAsync(ViewFollower follower)
    {
        while (!follower.IsFilled || follower.AppliedTo < log.LastSequence || await View.FindMarkerAsync(Token) is null)
            await follower.RoundAsync(Token);
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
        using (var replay = log.Read(EventPosition.Start))
        {
            while (await replay.ReadAsync(Token) is { } logged)
            {
                Assert.True(Engine.TryFindEntity(logged.Event, out var entity));
                if (!states.TryGetValue(entity, out var state))
                    states[entity] = state = Engine.CreateState();
                Engine.Apply(state, logged.Event, logged.Sequence);
            }
        }

        var view = View;
        var answers = await new OnlineReader(new FeatureValues(cache.Open())).ReadAsync(
            [.. Enumerable.Range(0, Cards).Select(card => new EntityQuery(view, SomeViews.Card(card)))], Token);
        for (var card = 0; card < Cards; card++)
            Assert.Equal(Engine.Encode(states[SomeViews.Card(card)]), answers[card].Encoded.ToArray());
    }
}
