using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using ModelServing.Contracts;
using ModelServing.Contracts.Journal;
using ModelServing.Journal;
using ModelServing.Router.Rollouts;
using ModelServing.Router.Sources;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Router.Sources;

/// <summary>A router in which something throws an unexpected exception.</summary>
[Collection(RunningRouter.OneAtATime)]
public class SurvivingFollowersTests
{
    [Fact]
    public async Task A_plan_source_that_throws_or_ends_is_followed_again()
    {
        var source = new FaultySource();
        await using var endpoint = Answering();
        await using var router = await RunningRouter.StartAsync(
            static settings => settings, services => services.AddSingleton<IPlanSource>(source));
        await File.WriteAllBytesAsync(
            router.EndpointsPath, SomePlan.Endpoints((1, endpoint.Address)).ToUtf8(), TestContext.Current.CancellationToken);

        await RunningRouter.UntilAsync(() => router.Readiness.Faults.ContainsKey("plan"), "the fault is reported");
        await RunningRouter.UntilAsync(async () => (await router.InferAsync()).Text == "served", "it serves the plan");
        // A plan is applied before its source counts as working again.
        await RunningRouter.UntilAsync(() => router.Readiness.Faults.Count == 0, "the fault is gone");
        Assert.Equal(3, source.Followed);
        Assert.Null(router.Readiness.Reason);
    }

    [Fact]
    public async Task A_fault_of_one_follower_does_not_stop_the_others_and_its_change_is_applied_again()
    {
        await using var endpoint = Answering();
        var endpoints = new FaultyEndpoints(SomePlan.Endpoints((1, endpoint.Address)));
        await using var router = await RunningRouter.StartAsync(
            static settings => settings, services => services.AddSingleton<IEndpointSource>(endpoints));
        await File.WriteAllBytesAsync(router.PlanPath, SomePlan.Stable().ToUtf8(), TestContext.Current.CancellationToken);
        await RunningRouter.UntilAsync(async () => (await router.InferAsync()).Text == "served", "it serves the plan");
        await RunningRouter.UntilAsync(() => router.Readiness.Faults.ContainsKey("endpoints"), "the fault is reported");

        await File.WriteAllBytesAsync(
            router.PlanPath, SomePlan.Stable(deadlineMilliseconds: 1234).ToUtf8(), TestContext.Current.CancellationToken);
        await RunningRouter.UntilAsync(() => router.Fraud.Timeout == TimeSpan.FromMilliseconds(1234), "it follows the plan");
    }

    [Fact]
    public async Task A_store_that_throws_anything_stops_only_the_journal_of_the_model_until_it_works_again()
    {
        var store = new FaultyStore();
        await using var endpoint = Answering();
        await using var router = await RunningRouter.StartAsync(
            static settings => settings with { Journal = "sqlite:/nowhere/journal.db" },
            services =>
            {
                services.AddSingleton<IJournalStore>(store);
                services.AddSingleton(new RolloutJournal(store));
                services.AddSingleton(new JournalPace(
                    TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(20)));
            });
        await File.WriteAllBytesAsync(
            router.EndpointsPath, SomePlan.Endpoints((1, endpoint.Address)).ToUtf8(), TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(router.PlanPath, SomePlan.Stable().ToUtf8(), TestContext.Current.CancellationToken);

        await RunningRouter.UntilAsync(async () => (await router.InferAsync()).Text == "served", "it serves the plan");
        Assert.Contains(
            "unexpected FormatException: ", router.Get<RolloutBoard>().FaultOf(SomePlan.Model), StringComparison.Ordinal);

        store.IsFaulty = false;
        await RunningRouter.UntilAsync(() => router.Get<RolloutBoard>().FaultOf(SomePlan.Model) is null, "it reads the journal");
    }

    [Fact]
    public async Task A_change_of_the_board_that_could_not_be_applied_comes_again()
    {
        var board = new RolloutBoard(isJournaled: true);
        var applied = 0;
        using var stop = new CancellationTokenSource();
        board.Update(ModelServing.Rollout.Journal.JournalState.Empty(SomePlan.Model));

        await Assert.ThrowsAsync<InvalidOperationException>(() => board.FollowAsync(
            () => throw new InvalidOperationException("made to fail"), stop.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => board.FollowAsync(
            () =>
            {
                applied++;
                return stop.CancelAsync();
            },
            stop.Token));

        Assert.Equal(1, applied);
    }

    private static RawServer Answering() => new(async connection =>
    {
        while (await connection.ReadMessageAsync() is not null)
            await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nserved");
    });

    /// <summary>Throws first, then ends by itself, then has a plan.</summary>
    private sealed class FaultySource : IPlanSource
    {
        public string Name => "a source of the test";

        internal int Followed { get; private set; }

        public async Task FollowAsync(Func<ReadOnlyMemory<byte>, Task> changed, Action<string> refused, CancellationToken cancellation)
        {
            Followed++;
            if (Followed == 1)
                throw new FormatException("made to fail");
            if (Followed == 2)
                return;
            await changed(SomePlan.Stable().ToUtf8());
            await Task.Delay(Timeout.Infinite, cancellation);
        }
    }

    private sealed class FaultyEndpoints(EndpointsDocument current) : IEndpointSource
    {
        public EndpointsDocument Current => current;

        public string? Unknown => null;

        public Task ReadForAsync(IReadOnlyCollection<(ModelName Model, ModelVersion Version)> versions, CancellationToken cancellation) =>
            Task.CompletedTask;

        public Task FollowAsync(Func<Task> changed, CancellationToken cancellation) => throw new FormatException("made to fail");
    }

    private sealed class FaultyStore : IJournalStore
    {
        public string Location => "a store of the test";

        internal bool IsFaulty { get; set; } = true;

        public async IAsyncEnumerable<JournalEvent> ReadAsync(
            ModelName model, long after, long last, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.Yield();
            if (IsFaulty)
                throw new FormatException("made to fail");
            yield break;
        }

        public Task<bool> PutIfAbsentAsync(JournalEvent added, CancellationToken cancellationToken) => Task.FromResult(true);

        public async IAsyncEnumerable<ChangeRow> ReadChangesAsync(
            long after, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.Yield();
            yield break;
        }

        public Task<bool> PutChangeAsync(ChangeRow change, CancellationToken cancellationToken) => Task.FromResult(true);
    }
}
