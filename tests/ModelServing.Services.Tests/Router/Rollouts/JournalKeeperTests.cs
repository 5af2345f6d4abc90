using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using ModelServing.Contracts;
using ModelServing.Contracts.Admin;
using ModelServing.Contracts.Journal;
using ModelServing.Journal;
using ModelServing.Rollout.Journal;
using ModelServing.Router.Metrics;
using ModelServing.Router.Rollouts;
using ModelServing.Router.Rollouts.Board;
using ModelServing.Services.Tests.Journal;
using static ModelServing.Services.Tests.Journal.SomeEvents;

namespace ModelServing.Services.Tests.Router.Rollouts;

/// <summary>When a router asks the journal: before it serves a plan, and while the journal is unavailable.</summary>
public sealed class JournalKeeperTests : IAsyncDisposable
{
    private readonly ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly RolloutBoard board = new(isJournaled: true);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => services.DisposeAsync();

    [Fact]
    public async Task A_plan_of_a_model_that_the_snapshot_knows_waits_for_the_journal_too()
    {
        var store = new FakeJournalStore();
        store.Add(Numbered([Started(Plan(1, 2)), RolledBack(2)]));
        // The router was stopped before the rollback.
        board.Update(JournalState.Empty(Fraud).Apply(Numbered([Started(Plan(1, 2))])));
        board.SetReach(answers: false);
        var (keeper, sync) = Create(store);
        using (sync)
        using (keeper)
        {
            await keeper.ReadForAsync(PlanOf(Fraud), Token);
            Assert.NotNull(board.StateOf(Fraud)!.Condemned(new ModelVersion(2)));
            Assert.Equal(JournalReach.Read, board.Reach);
        }
    }

    [Fact]
    public async Task A_round_asks_an_unavailable_journal_once_however_many_models_there_are()
    {
        var store = new UnavailableStore();
        var (keeper, sync) = Create(store);
        using (sync)
        using (keeper)
        {
            keeper.OnApplied(PlanOf([.. Enumerable.Range(0, 20).Select(static i => ModelName.Parse($"model-{i}"))]));
            await keeper.StartAsync(Token);
            for (var round = 1; round <= 3; round++)
            {
                await RunningRouter.UntilAsync(() => store.Asked.Count >= round, "the journal was asked");
                keeper.Wake();
            }

            await keeper.StopAsync(Token);
            Assert.Single(store.Asked.Distinct());
        }
    }

    [Fact]
    public async Task A_model_that_was_announced_is_read_once()
    {
        var store = new FakeJournalStore();
        // The one in a round that is read in turn is another one.
        ModelName[] models = [Fraud, .. Enumerable.Range(0, 20).Select(static i => ModelName.Parse($"model-{i:00}"))];
        store.Add(models.Select(static model => RolledBack(3) with { Model = model, Seq = 1 }));
        var (keeper, sync) = Create(store);
        using (sync)
        using (keeper)
        {
            await keeper.ReadForAsync(PlanOf(models), Token);
            await keeper.StartAsync(Token);
            await UntilAskedAsync(models.Length + 1);
            var before = OfFraud();
            var all = store.Asked.Count;
            keeper.OnAnnounced(Fraud);
            await UntilAskedAsync(all + 2);
            for (var round = 0; round < 5; round++)
            {
                all = store.Asked.Count;
                keeper.Wake();
                await UntilAskedAsync(all + 1);
            }

            await keeper.StopAsync(Token);
            Assert.Equal(before + 1, OfFraud());
        }

        int OfFraud() => store.Asked.Count(static model => model == Fraud);

        Task UntilAskedAsync(int reads) => RunningRouter.UntilAsync(() => store.Asked.Count >= reads, $"there are {reads} reads");
    }

    private static PlanUpdate PlanOf(params ModelName[] models) => PlanUpdate.First(new PlanDocument
    {
        Schema = PlanDocument.CurrentSchema,
        Rollouts = new(models.ToDictionary(static model => model, static _ => Plan(1))),
    });

    private (JournalKeeper Keeper, JournalSync Sync) Create(IJournalStore store)
    {
        // It polls so rarely that each round of a test was woken.
        var pace = new JournalPace(TimeSpan.FromHours(1), TimeSpan.FromHours(1), TimeSpan.FromSeconds(20));
        var snapshots = new JournalSnapshotKeeper(board, NullLogger<JournalSnapshotKeeper>.Instance);
        var sync = new JournalSync(
            board, snapshots, TimeProvider.System, pace, NullLogger<JournalSync>.Instance, new RolloutJournal(store));
        var metrics = new RouterMetrics(services.GetRequiredService<IMeterFactory>());
        return (new JournalKeeper(sync, board, snapshots, metrics, pace, NullLogger<JournalKeeper>.Instance), sync);
    }

    private sealed class UnavailableStore : IJournalStore
    {
        private readonly List<ModelName> asked = [];

        public string Location => "unavailable:";

        internal IReadOnlyList<ModelName> Asked
        {
            get
            {
                lock (asked)
                    return [.. asked];
            }
        }

        public async IAsyncEnumerable<JournalEvent> ReadAsync(
            ModelName model, long after, long last, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            lock (asked)
                asked.Add(model);
            await Task.Yield();
            throw new JournalException(JournalError.Unavailable, "the test made it unavailable");
#pragma warning disable CS0162 // The compiler needs it to see an iterator.
            yield break;
#pragma warning restore CS0162
        }

        public async IAsyncEnumerable<ChangeRow> ReadChangesAsync(
            long after, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.Yield();
            yield break;
        }

        public Task<bool> PutIfAbsentAsync(JournalEvent added, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<bool> PutChangeAsync(ChangeRow change, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
