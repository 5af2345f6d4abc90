using Microsoft.Extensions.Logging.Abstractions;
using ModelServing.Cache;
using ModelServing.Cache.Features;
using ModelServing.Contracts;
using ModelServing.Features;
using ModelServing.Features.Engine;
using ModelServing.Features.Events;
using ModelServing.Features.Events.Log;
using ModelServing.OnlineStore;
using ModelServing.Registry;
using ModelServing.Services.Tests.Cache;
using ModelServing.Services.Tests.Features.Events;
using ModelServing.Spool;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.OnlineStore;

/// <summary>Tests with a cache that followers fill from an event log of payments.</summary>
public abstract class FollowedCacheTests : IAsyncLifetime
{
    private protected const int Cards = 20;

    private protected static readonly FeatureEngine Engine = new(SomeViews.CardActivity());

    private readonly Func<Task<TestedCache>> start;
    private readonly TemporaryFolder volume = new();
    private readonly TemporaryFolder bucket = new();
    private EventLog? log;

    private protected FollowedCacheTests(Func<Task<TestedCache>> start) => this.start = start;

    private protected TestedCache Cache { get; private set; } = null!;

    private protected EventLog Log => log!;

    private protected static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Cache = await start();
        log = await OpenAsync();
    }

    public async ValueTask DisposeAsync()
    {
        log?.Dispose();
        if (Cache is not null)
            await Cache.DisposeAsync();
        volume.Dispose();
        bucket.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Opens the log again, as after a restart of the machine.</summary>
    private protected async Task ReopenAsync(string boot)
    {
        Log.Dispose();
        log = await OpenAsync(boot);
    }

    private protected ViewFill Fill(ViewStore view, string? replaces = null) =>
        new(view, new ApplyCounts(), Log.Epoch, replaces, TimeProvider.System);

    private protected static Task MarkAsync(FeatureValues values, ViewMarker marker)
    {
        var view = new ViewStore(Engine, values, "dev");
        return values.WriteAsync([new FeatureWrite(view.Keys.Marker, marker.ToUtf8())], view.Kept, Token);
    }

    /// <summary>Reads the whole log.</summary>
    private protected async Task<List<LoggedEvent>> LogAsync()
    {
        var events = new List<LoggedEvent>();
        using var reader = Log.Read(EventPosition.Start);
        while (await reader.ReadAsync(Token) is { } logged)
            events.Add(logged);
        return events;
    }

    private protected ViewFollower Follow() => new(
        new ViewStore(Engine, new FeatureValues(Cache.Open()), "dev"),
        Log,
        volume.Combine("views"),
        TimeProvider.System,
        NullLogger.Instance);

    /// <summary>Logs payments.</summary>
    private protected void Append(int first, int count)
    {
        for (var i = first; i < first + count; i++)
            Assert.Equal(Appended.Kept, Log.Append(SomeEvents.Encode(SomeEvents.Payment(i, i % Cards, i)), out _));
    }

    // A marker that is lost is noticed within a second.
    private protected async Task FollowAsync(ViewFollower follower)
    {
        var view = new ViewStore(Engine, new FeatureValues(Cache.Open()), "dev");
        while (!follower.IsFilled || follower.AppliedTo < Log.LastSequence || await view.FindMarkerAsync(Token) is null)
            await follower.RoundAsync(Token);
    }

    /// <summary>Repeats a call until the cache is back.</summary>
    private protected static async Task WhileAwayAsync(Func<Task> action)
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
                await Task.Delay(20, Token);
            }
        }
    }

    private protected async Task<IReadOnlyList<EntityAnswer>> ReadAsync(OnlineReader reader)
    {
        var view = new ViewStore(Engine, new FeatureValues(Cache.Open()), "dev");
        var answers = await reader.ReadAsync(
            [.. Enumerable.Range(0, Cards).Select(card => new EntityQuery(view, SomeViews.Card(card)))], Token);
        return answers.Entities;
    }

    private protected async Task<List<FeatureValue>> FeaturesAsync(OnlineReader reader) =>
        [.. (await ReadAsync(reader)).SelectMany(static answer => FeaturesOf(answer.Encoded))];

    // The states are those of an engine that applies the same events in this process, byte by byte.
    private protected async Task IsReplayOfAsync(OnlineReader reader, int events)
    {
        var states = new Dictionary<EntityKey, EntityState>();
        var replayed = 0;
        using (var replay = Log.Read(EventPosition.Start))
        {
            while (await replay.ReadAsync(Token) is { } logged)
            {
                Assert.True(Engine.TryFindEntity(logged.Event, out var entity));
                if (!states.TryGetValue(entity, out var state))
                    states[entity] = state = Engine.CreateState();
                Engine.Apply(state, logged.Event, logged.Sequence);
                replayed++;
            }
        }

        Assert.Equal(events, replayed);
        var answers = await ReadAsync(reader);
        for (var card = 0; card < Cards; card++)
            Assert.Equal(Engine.Encode(states[SomeViews.Card(card)]), answers[card].Encoded.ToArray());
    }

    private static FeatureValue[] FeaturesOf(ReadOnlyMemory<byte> encoded)
    {
        var values = new FeatureValue[Engine.Outputs.Count];
        Engine.Read(encoded.Span, new Instant(SomeEvents.Time.Microseconds + 10_000_000), [], values);
        return values;
    }

    private Task<EventLog> OpenAsync(string boot = "boot") => EventLog.OpenAsync(
        new EventLogOptions(volume.FullPath, SpoolMode.Process, 1L << 30),
        RegistryLocation.Open("file:" + bucket.FullPath),
        TimeProvider.System,
        NullLogger.Instance,
        boot,
        Token);
}
