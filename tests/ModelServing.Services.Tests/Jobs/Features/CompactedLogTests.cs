using Microsoft.Extensions.Logging.Abstractions;
using ModelServing.Cache.Features;
using ModelServing.Contracts;
using ModelServing.Features.Engine;
using ModelServing.Features.Events.Log;
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

/// <summary>A feature server never fills a view from a part of the events that count, and a rebuild reads the archive.</summary>
public sealed class CompactedLogTests : IAsyncLifetime
{
    private const int Cards = 5;
    private const int Old = 300;

    private static readonly FeatureEngine Engine = new(SomeViews.CardActivity());
    private static readonly DateTimeOffset Newest = SomeEvents.Time.ToDateTimeOffset();

    private readonly TemporaryFolder volume = new();
    private readonly TemporaryFolder bucket = new();
    private readonly SetTime time = new();
    private TestedCache cache = null!;
    private EventLog log = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private IObjectStore Store => RegistryLocation.Open("file:" + bucket.FullPath);

    private ViewStore View => new(Engine, new FeatureValues(cache.Open()), "dev");

    // The log has old events, all of which are only in the archive.
    public async ValueTask InitializeAsync()
    {
        cache = await TestedGarnet.StartAsync();
        log = await OpenAsync();
        Append(1, Old);
        log.Close();
        await log.ShipAllAsync(Token);
        log.Dispose();
        foreach (var segment in Directory.EnumerateFiles(volume.FullPath, "*.log"))
            File.Delete(segment);
        await SomeCompaction.RunAsync(Store, Newest.AddHours(1), TimeSpan.Zero);
        Assert.Empty(await SomeCompaction.InSegmentsAsync(Store));
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
    public async Task A_server_refuses_a_view_that_needs_archived_events_until_a_rebuild_has_filled_it()
    {
        // The view needs six days and a minute.
        time.Now = Newest.AddDays(6);
        Append(Old + 1, 50);
        using var follower = Follow();
        for (var round = 0; round < 3; round++)
        {
            var e = await Assert.ThrowsAsync<LogCompactedException>(() => follower.RoundAsync(Token));
            Assert.Contains(
                "card-activity v1 needs the events since 2026-11-01, and the event log was compacted up to 2026-11-01; fill",
                e.Message,
                StringComparison.Ordinal);
            Assert.Null(await View.FindMarkerAsync(Token));
            Assert.False(follower.IsFilled);
        }

        using (var folder = new TemporaryFolder())
        {
            var request = new FeatureRebuildRequest([Engine.Definition], "dev", volume.FullPath, EntityShard.Whole, 128);
            var rebuilt = Assert.Single(await new FeatureRebuild(
                Store, new FeatureValues(cache.Open()), new StepLines(TextWriter.Null), TimeProvider.System)
                .RunAsync(request, folder.FullPath, Token));
            Assert.Equal((false, Old + 50L), (rebuilt.WasFilled, rebuilt.Marker!.FilledTo));
        }

        Append(Old + 51, 50);
        await FollowAsync(follower);
        Assert.Equal((50, 0, 0L), (follower.Counts[ApplyOutcome.Applied], follower.Counts[ApplyOutcome.Duplicate], follower.Missing));
        await IsReplayFromAsync(1);
    }

    [Fact]
    public async Task A_server_fills_a_view_for_which_the_archived_events_are_too_old()
    {
        time.Now = Newest.AddDays(7);
        Append(Old + 1, 50);
        using var follower = Follow();
        await FollowAsync(follower);
        Assert.Equal((50, 0L), (follower.Counts[ApplyOutcome.Applied], follower.Missing));
        await IsReplayFromAsync(Old + 1);
    }

    [Fact]
    public async Task A_view_whose_events_are_archived_while_it_is_filled_is_refused_too()
    {
        time.Now = Newest.AddDays(7);
        Append(Old + 1, 50);
        using var follower = Follow();
        await follower.RoundAsync(Token);
        Assert.False(follower.IsFilled);
        await new LogCompaction(Old + 10, SomeEvents.Time.Microseconds + 86_400_000_000 * 2).WriteAsync(Store, Token);
        await Assert.ThrowsAsync<LogCompactedException>(() => FollowAsync(follower));
        Assert.Null(await View.FindMarkerAsync(Token));
    }

    private Task<EventLog> OpenAsync() => EventLog.OpenAsync(
        new EventLogOptions(volume.FullPath, SpoolMode.Process, 1L << 30), Store, TimeProvider.System, NullLogger.Instance, Token);

    private ViewFollower Follow() => new(View, log, volume.Combine("views"), time, NullLogger.Instance);

    private void Append(int first, int count)
    {
        for (var i = first; i < first + count; i++)
            Assert.Equal(Appended.Kept, log.Append(SomeEvents.Encode(SomeEvents.Payment(i, i % Cards, i)), out _));
    }

    private async Task FollowAsync(ViewFollower follower)
    {
        while (!follower.IsFilled || follower.AppliedTo < log.LastSequence)
            await follower.RoundAsync(Token);
    }

    // The states are those of an engine that applies the events from one on.
    private async Task IsReplayFromAsync(int first)
    {
        var view = View;
        var answers = await new OnlineReader(new FeatureValues(cache.Open())).ReadAsync(
            [.. Enumerable.Range(0, Cards).Select(card => new EntityQuery(view, SomeViews.Card(card)))], Token);
        for (var card = 0; card < Cards; card++)
        {
            var state = Engine.CreateState();
            for (var i = first; i <= log.LastSequence; i++)
            {
                if (i % Cards == card)
                    Engine.Apply(state, SomeEvents.Payment(i, card, i), i);
            }

            Assert.Equal(Engine.Encode(state), answers[card].Encoded.ToArray());
        }
    }
}
