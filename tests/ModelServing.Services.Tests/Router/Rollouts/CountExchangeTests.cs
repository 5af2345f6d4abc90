using Microsoft.Extensions.Logging.Abstractions;
using ModelServing.Cache;
using ModelServing.Contracts;
using ModelServing.Rollout.Guard;
using ModelServing.Router.Rollouts;
using ModelServing.Router.Rollouts.Watching;
using ModelServing.Services.Tests.Cache;
using ModelServing.Services.Tests.Journal;
using ModelServing.Services.Tests.Rollout.Guard;

namespace ModelServing.Services.Tests.Router.Rollouts;

/// <summary>What the routers of an environment know together about a version: each failure once, also after an outage.</summary>
public sealed class CountExchangeTests : IAsyncLifetime
{
    private static readonly VersionTrial Trial = new(SomeEvents.Fraud, new ModelVersion(2), 1);
    private static readonly RouterSettings Settings = new() { Plan = "file:none", Endpoints = "file:none", RoutersMax = 3 };

    private TestedCache garnet = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => garnet = await TestedGarnet.StartAsync();

    public ValueTask DisposeAsync() => garnet.DisposeAsync();

    [Fact]
    public async Task Each_failure_of_two_routers_is_in_the_sum_once_however_often_they_exchange()
    {
        await using var one = new Exchanging(garnet);
        await using var other = new Exchanging(garnet);
        one.Fail(3);
        other.Fail(2);
        await one.AddUpAsync();
        for (var round = 0; round < 3; round++)
        {
            Assert.Equal(5, Watched(await other.AddUpAsync()));
            Assert.Equal(5, Watched(await one.AddUpAsync()));
        }

        one.Fail(1);
        Assert.Equal(6, Watched(await one.AddUpAsync()));
        Assert.Equal(6, Watched(await other.AddUpAsync()));
    }

    [Fact]
    public async Task What_was_counted_while_the_cache_was_unavailable_is_marked_until_the_others_have_it()
    {
        await using var one = new Exchanging(garnet);
        await using var other = new Exchanging(garnet);
        other.Fail(2);
        await one.AddUpAsync();
        await other.AddUpAsync();
        await garnet.KillAsync();
        one.Fail(3);
        for (var round = 0; round < 3; round++)
        {
            // As the loop does: the mark is taken before the exchange.
            _ = one.Version.ConsumeChanged();
            var alone = await one.Exchange.AddUpAsync(one.Version, usesCache: round % 2 == 0, Token);
            Assert.Equal((3, GuardScope.Local), (Watched(alone), alone.Scope));
            Assert.True(one.Version.ConsumeChanged());
            one.Version.MarkChanged();
        }

        await garnet.RestartAsync();
        // Garnet has lost everything, so each router writes its own counts again.
        await other.AddUpAsync();
        Assert.Equal(5, Watched(await one.AddUpAsync()));
        Assert.Equal(5, Watched(await other.AddUpAsync()));
    }

    [Fact]
    public async Task Without_a_cache_one_of_several_routers_never_takes_its_counts_for_those_of_all()
    {
        var alone = new WatchedVersion(Trial, SomeEvents.Noon, shared: null);
        Assert.Equal(GuardScope.Local, (await new CountExchange(Settings).AddUpAsync(alone, usesCache: true, Token)).Scope);
        var only = Settings with { RoutersMax = 1 };
        Assert.Equal(GuardScope.Sum, (await new CountExchange(only).AddUpAsync(alone, usesCache: true, Token)).Scope);
    }

    private static long Watched(WatchedVersion.Standing standing) => standing.Counts.All.Total(GuardKind.Error).Watched;

    /// <summary>What a router has of a version.</summary>
    private sealed class Exchanging : IAsyncDisposable
    {
        private readonly RouterCache cache;

        internal Exchanging(TestedCache tested)
        {
            cache = new RouterCache(tested.Settings, "dev", NullLogger<RouterCache>.Instance);
            Version = new WatchedVersion(Trial, SomeEvents.Noon, cache.CountsOf(Trial));
            Exchange = new CountExchange(Settings, cache);
        }

        internal WatchedVersion Version { get; }

        internal CountExchange Exchange { get; }

        internal void Fail(int times)
        {
            for (var i = 0; i < times; i++)
                Version.Recorder.Record(i % ClientGroups.Count, Some.Failure(isWatched: true, minute: 1));
        }

        /// <summary>Exchanges until the cache has answered.</summary>
        internal async Task<WatchedVersion.Standing> AddUpAsync()
        {
            WatchedVersion.Standing? standing = null;
            await RunningRouter.UntilAsync(
                async () => (standing = await Exchange.AddUpAsync(Version, usesCache: true, Token)).Scope == GuardScope.Sum,
                "the cache answers");
            return standing!;
        }

        public ValueTask DisposeAsync() => cache.DisposeAsync();
    }
}
