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

/// <summary>An event log with payments of some cards, and a cache whose view is filled from it: by a feature server's follower, or by the
/// job.</summary>
internal sealed class LoggedStore : IAsyncDisposable
{
    private readonly int cards;
    private readonly TemporaryFolder bucket = new();

    private LoggedStore(int cards, TestedCache cache)
    {
        this.cards = cards;
        Cache = cache;
    }

    internal static FeatureEngine Engine { get; } = new(SomeViews.CardActivity());

    internal TestedCache Cache { get; }

    /// <summary>The log's volume.</summary>
    internal TemporaryFolder Volume { get; } = new();

    internal EventLog Log { get; private set; } = null!;

    internal IObjectStore Store => RegistryLocation.Open("file:" + bucket.FullPath);

    internal FeatureValues Values => new(Cache.Open());

    internal ViewStore View => new(Engine, Values, "dev");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    internal static async Task<LoggedStore> StartAsync(int cards)
    {
        var store = new LoggedStore(cards, await TestedGarnet.StartAsync());
        await store.OpenAsync();
        return store;
    }

    public async ValueTask DisposeAsync()
    {
        Log?.Dispose();
        await Cache.DisposeAsync();
        Volume.Dispose();
        bucket.Dispose();
    }

    /// <summary>Ships the whole log, and closes it.</summary>
    internal async Task CloseAsync()
    {
        Log.Close();
        await Log.ShipAllAsync(Token);
        Log.Dispose();
    }

    /// <summary>Opens the log of the volume.</summary>
    internal async Task OpenAsync() => Log = await EventLog.OpenAsync(
        new EventLogOptions(Volume.FullPath, SpoolMode.Process, 1L << 30), Store, TimeProvider.System, NullLogger.Instance, Token);

    /// <summary>Appends payments, whose cards come in turn.</summary>
    internal void Append(int first, int count)
    {
        for (var i = first; i < first + count; i++)
            Assert.Equal(Appended.Kept, Log.Append(SomeEvents.Encode(SomeEvents.Payment(i, i % cards, i)), out _));
    }

    /// <summary>What a feature server does with the log.</summary>
    internal ViewFollower Follow(TimeProvider? time = null) =>
        new(View, Log, Volume.Combine("views"), time ?? TimeProvider.System, NullLogger.Instance);

    /// <summary>Follows until everything is applied.</summary>
    internal async Task FollowAsync(ViewFollower follower)
    {
        while (!follower.IsFilled || follower.AppliedTo < Log.LastSequence || await View.FindMarkerAsync(Token) is null)
            await follower.RoundAsync(Token);
    }

    /// <summary>Fills the view by the job.</summary>
    internal async Task<RebuiltView> RebuildAsync(EntityShard shard)
    {
        using var folder = new TemporaryFolder();
        var request = new FeatureRebuildRequest([Engine.Definition], "dev", Volume.FullPath, shard, 128);
        return Assert.Single(await new FeatureRebuild(Store, Values, new StepLines(TextWriter.Null), TimeProvider.System)
            .RunAsync(request, folder.FullPath, Token));
    }

    /// <summary>Checks the states of all cards, byte by byte.</summary>
    internal async Task HasAsync(Func<int, EntityState> stateOf)
    {
        var view = View;
        using var answers = await new OnlineReader(Values).ReadAsync(
            [.. Enumerable.Range(0, cards).Select(card => new EntityQuery(view, SomeViews.Card(card)))], Token);
        for (var card = 0; card < cards; card++)
            Assert.Equal(Engine.Encode(stateOf(card)), answers.Entities[card].Encoded.ToArray());
    }
}
