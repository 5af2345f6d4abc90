using ModelServing.Features.Engine;
using ModelServing.Features.Events.Log;
using ModelServing.Jobs.Features;
using ModelServing.OnlineStore;
using ModelServing.Services.Tests.Features.Events;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Jobs.Features;

/// <summary>A feature server never fills a view from a part of the events that count, and a rebuild reads the archive.</summary>
public sealed class CompactedLogTests : IAsyncLifetime
{
    private const int Cards = 5;
    private const int Old = 300;

    private static readonly DateTimeOffset Newest = SomeEvents.Time.ToDateTimeOffset();

    private readonly SetTime time = new();
    private LoggedStore store = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // The log has old events, all of which are only in the archive.
    public async ValueTask InitializeAsync()
    {
        store = await LoggedStore.StartAsync(Cards);
        store.Append(1, Old);
        await store.CloseAsync();
        foreach (var segment in Directory.EnumerateFiles(store.Volume.FullPath, "*.log"))
            File.Delete(segment);
        await SomeCompaction.RunAsync(store.Store, Newest.AddHours(1), TimeSpan.Zero);
        Assert.Empty(await SomeCompaction.InSegmentsAsync(store.Store));
        await store.OpenAsync();
    }

    public ValueTask DisposeAsync() => store.DisposeAsync();

    [Fact]
    public async Task A_server_refuses_a_view_that_needs_archived_events_until_a_rebuild_has_filled_it()
    {
        // The view needs six days and a minute.
        time.Now = Newest.AddDays(6);
        store.Append(Old + 1, 50);
        using var follower = store.Follow(time);
        for (var round = 0; round < 3; round++)
        {
            var e = await Assert.ThrowsAsync<LogCompactedException>(() => follower.RoundAsync(Token));
            Assert.Contains(
                "card-activity v1 needs the events since 2026-11-01, and the event log was compacted up to 2026-11-01; fill",
                e.Message,
                StringComparison.Ordinal);
            Assert.Null(await store.View.FindMarkerAsync(Token));
            Assert.False(follower.IsFilled);
        }

        var rebuilt = await store.RebuildAsync(EntityShard.Whole);
        Assert.Equal((false, Old + 50L), (rebuilt.WasFilled, rebuilt.Marker!.FilledTo));
        store.Append(Old + 51, 50);
        await store.FollowAsync(follower);
        Assert.Equal((50, 0, 0L), (follower.Counts[ApplyOutcome.Applied], follower.Counts[ApplyOutcome.Duplicate], follower.Missing));
        await IsReplayFromAsync(1);
    }

    [Fact]
    public async Task A_server_fills_a_view_for_which_the_archived_events_are_too_old()
    {
        time.Now = Newest.AddDays(7);
        store.Append(Old + 1, 50);
        using var follower = store.Follow(time);
        await store.FollowAsync(follower);
        Assert.Equal((50, 0L), (follower.Counts[ApplyOutcome.Applied], follower.Missing));
        await IsReplayFromAsync(Old + 1);
    }

    [Fact]
    public async Task A_view_whose_events_are_archived_while_it_is_filled_is_refused_too()
    {
        time.Now = Newest.AddDays(7);
        store.Append(Old + 1, 50);
        using var follower = store.Follow(time);
        await follower.RoundAsync(Token);
        Assert.False(follower.IsFilled);
        await new LogCompaction(Old + 10, SomeEvents.Time.Microseconds + 86_400_000_000 * 2).WriteAsync(store.Store, Token);
        await Assert.ThrowsAsync<LogCompactedException>(() => store.FollowAsync(follower));
        Assert.Null(await store.View.FindMarkerAsync(Token));
    }

    // The states are those of an engine that applies the events from one on.
    private Task IsReplayFromAsync(int first) => store.HasAsync(card =>
    {
        var state = LoggedStore.Engine.CreateState();
        for (var i = first; i <= store.Log.LastSequence; i++)
        {
            if (i % Cards == card)
                LoggedStore.Engine.Apply(state, SomeEvents.Payment(i, card, i), i);
        }

        return state;
    });
}
