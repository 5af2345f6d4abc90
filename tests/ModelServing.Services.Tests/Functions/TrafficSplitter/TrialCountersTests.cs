using ModelServing.Cache;
using ModelServing.Cache.Guard;
using ModelServing.Contracts;
using ModelServing.Contracts.Functions;
using ModelServing.Functions.TrafficSplitter;
using ModelServing.Rollout.Guard;
using ModelServing.Rollout.Journal;
using ModelServing.Rollout.Splitting;
using ModelServing.Services.Tests.Cache;
using ModelServing.Services.Tests.Journal;
using ModelServing.Services.Tests.Router;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Functions.TrafficSplitter;

/// <summary>Failures that several containers of the function see, or one container before and after an outage of the cache.</summary>
public sealed class TrialCountersTests : IAsyncLifetime
{
    private const int Canary = 0;

    private static readonly VersionTrial Trial = new(SomeEvents.Fraud, new ModelVersion(2), 1);

    private readonly SteppedTime time = new();
    private readonly List<SplitCache> caches = [];
    private TestedCache garnet = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => garnet = await TestedGarnet.StartAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var cache in caches)
            await cache.DisposeAsync();
        await garnet.DisposeAsync();
    }

    [Fact]
    public async Task A_key_that_always_fails_is_one_failure_for_all_containers()
    {
        var (one, other) = (await ConnectAsync(1), await ConnectAsync(2));
        await FailAsync(one, key: 7);
        await FailAsync(other, key: 7);
        await FailAsync(one, key: 7);
        await UntilSumAsync(1);
        await FailAsync(other, key: 8);
        await UntilSumAsync(2);
    }

    [Fact]
    public async Task A_key_that_failed_stays_known_when_the_cache_has_lost_it()
    {
        var one = await ConnectAsync(1);
        await FailAsync(one, key: 7);
        await UntilSumAsync(1);
        await garnet.KillAsync();
        await garnet.RestartAsync();
        await RunningRouter.UntilAsync(
            async () =>
            {
                // Beyond the pause after a failure, and beyond the age at which a connection is made anew.
                time.Advance(TimeSpan.FromMinutes(1));
                await FailAsync(one, key: 7);
                return await SumAsync() > 0;
            },
            "the counts are in the cache again");
        await FailAsync(one, key: 7);
        Assert.Equal(1, await SumAsync());
    }

    [Fact]
    public async Task Connections_that_containers_lose_to_one_endpoint_are_one_failure()
    {
        var (one, other) = (await ConnectAsync(1), await ConnectAsync(2));
        await FailAsync(one, key: null, lost: "10.0.0.1:1");
        await FailAsync(other, key: null, lost: "10.0.0.1:1");
        await UntilSumAsync(1);
        await FailAsync(other, key: null, lost: "10.0.0.2:1");
        await UntilSumAsync(2);
    }

    [Fact]
    public async Task A_container_that_starts_later_counts_in_the_minute_of_the_trial_and_not_in_its_own_first()
    {
        time.Advance(SomeEvents.Noon.AddMinutes(30) - time.GetUtcNow());
        await FailAsync(await ConnectAsync(1), key: null);
        await UntilSumAsync(1);
        var counts = ClientCounts.Parse(Assert.Single(await ReadAsync()).Value.Span);
        Assert.InRange(counts.All.LastMinute, 31, 35);
    }

    [Fact]
    public async Task What_a_call_may_have_written_is_not_counted_again_when_its_slot_is_lost()
    {
        List<string> addresses = [.. garnet.Settings.Addresses];
        var counters = Create(garnet.Settings with { Addresses = addresses });
        await UntilPlacesAsync(counters, 1);
        // After a pause, the next call makes a connection anew, and gets no answer.
        time.Advance(TimeSpan.FromMinutes(1));
        addresses[0] = RawServer.NobodyThere().ToString();
        await FailAsync(counters, key: null);
        // Another container takes the slot.
        time.Advance(TimeSpan.FromMinutes(6));
        await new CountSlots(garnet.Open(), "dev", Trial).TakeAsync(time.GetUtcNow(), TimeSpan.FromMinutes(5), Token);
        addresses[0] = garnet.Settings.Addresses[0];
        await UntilPlacesAsync(counters, 2);
        Assert.Equal(0, await SumAsync());
        await FailAsync(counters, key: null);
        await UntilSumAsync(1);
    }

    private static AssignedRequest Request(ulong? key)
    {
        var plan = SomeEvents.Plan(1, 2);
        var state = JournalState.Empty(SomeEvents.Fraud).Apply(SomeEvents.Numbered([SomeEvents.Started(plan)]));
        var rollout = new AssignedRollout(EffectiveRollout.From(plan, state), state);
        return new AssignedRequest(new SplitTarget(SomeEvents.Fraud, ""), rollout, Canary, key is null ? null : $"{key}", key);
    }

    private static Task FailAsync(TrialCounters counters, ulong? key, string? lost = null) =>
        counters.CountAsync(Request(key), clientHash: 0, CallOutcome.Error, lost);

    /// <summary>A container that is connected, so that the cache has a place for each of them.</summary>
    private async Task<TrialCounters> ConnectAsync(int places)
    {
        var counters = Create(garnet.Settings);
        await UntilPlacesAsync(counters, places);
        return counters;
    }

    private Task UntilPlacesAsync(TrialCounters counters, int places) => RunningRouter.UntilAsync(
        async () =>
        {
            // Beyond the pause after a failure.
            time.Advance(TimeSpan.FromSeconds(1));
            await counters.CountAsync(Request(null), clientHash: 0, CallOutcome.Succeeded, lostEndpoint: null);
            return (await ReadAsync()).Count == places;
        },
        "it has written its counts");

    private TrialCounters Create(CacheSettings settings)
    {
        var cache = new SplitCache(
            new FunctionsHostSettings
            {
                Function = FunctionName.TrafficSplitter,
                Environment = "dev",
                Journal = "sqlite:/none",
                Cache = settings,
            },
            time);
        caches.Add(cache);
        return new TrialCounters(cache, time);
    }

    private Task UntilSumAsync(long sum) => RunningRouter.UntilAsync(async () => await SumAsync() == sum, $"there are {sum} failures");

    private async Task<long> SumAsync() =>
        ClientCounts.Sum((await ReadAsync()).Values.Select(static one => ClientCounts.Parse(one.Span))).All.Total(GuardKind.Error).Watched;

    private Task<IReadOnlyDictionary<Guid, ReadOnlyMemory<byte>>> ReadAsync() =>
        new TrialCounts(garnet.Open(), "dev", Trial).ReadAsync(Token);
}
