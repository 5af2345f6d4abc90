using System.Diagnostics.Metrics;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using ModelServing.Contracts;
using ModelServing.Contracts.Admin;
using ModelServing.Journal;
using ModelServing.Registry;
using ModelServing.Router.Metrics;
using ModelServing.Router.Rollouts;
using ModelServing.Router.Rollouts.Board;
using ModelServing.Services.Tests.Journal;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Router.Rollouts;

/// <summary>Routers that leave what they know of the journal in the bucket for those that start later.</summary>
public sealed class SharedSnapshotTests : IDisposable
{
    private static readonly ModelName[] Models = [.. Enumerable.Range(1, 40).Select(static i => ModelName.Parse($"model-{i:00}"))];

    private readonly TemporaryFolder folder = new();
    private readonly FakeJournalStore store = new();
    private readonly SetTime time = new();

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    private string ObjectPath => folder.Combine("datalake/routers/journal-snapshot.json.gz");

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_router_that_starts_knows_all_models_and_reads_only_what_changed_since()
    {
        foreach (var model in Models)
            store.Add(SomeEvents.RolledBack(2) with { Model = model, Seq = 1 });
        using var first = new OneRouter(this);
        await first.ReadAsync();
        await first.ShareAsync();
        time.Now += TimeSpan.FromHours(3);
        await new RolloutJournal(store, time: time).AppendAsync(SomeEvents.Reset(2) with { Model = Models[7] }, Test);

        using var second = new OneRouter(this);
        var reads = await second.CountReadsAsync(async () =>
        {
            await second.LoadAsync();
            await second.Keeper.ReadForAsync(Plan(), Test);
        });
        Assert.Equal(JournalReach.Read, second.Board.Reach);
        Assert.All(Models.Except([Models[7]]), model => Assert.NotNull(second.Board.StateOf(model)!.Condemned(new ModelVersion(2))));
        Assert.Null(second.Board.StateOf(Models[7])!.Condemned(new ModelVersion(2)));
        // The changed model and, twice, the one whose turn it is: its last event is compared first.
        Assert.InRange(reads, 1, 4);
    }

    [Fact]
    public async Task A_snapshot_of_a_table_that_was_made_anew_is_found_out_in_turn()
    {
        store.Add(SomeEvents.RolledBack(2) with { Model = Models[0], Seq = 1 });
        using (var first = new OneRouter(this))
        {
            await first.ReadAsync();
            await first.ShareAsync();
        }

        using var second = new OneRouter(this, new FakeJournalStore());
        await second.LoadAsync();
        Assert.NotNull(second.Board.StateOf(Models[0])!.Condemned(new ModelVersion(2)));
        for (var i = 0; i <= Models.Length; i++)
            await second.ReadAsync();
        Assert.Null(second.Board.StateOf(Models[0])!.Condemned(new ModelVersion(2)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("not gzip")]
    public async Task A_snapshot_that_cannot_be_read_only_costs_time(string content)
    {
        store.Add(SomeEvents.RolledBack(2) with { Model = Models[0], Seq = 1 });
        Directory.CreateDirectory(Path.GetDirectoryName(ObjectPath)!);
        await File.WriteAllBytesAsync(ObjectPath, Encoding.UTF8.GetBytes(content), Test);
        using var router = new OneRouter(this);
        await router.LoadAsync();
        await router.ReadAsync();
        Assert.NotNull(router.Board.StateOf(Models[0])!.Condemned(new ModelVersion(2)));
    }

    [Fact]
    public async Task A_snapshot_of_another_journal_is_not_read()
    {
        store.Add(SomeEvents.RolledBack(2) with { Model = Models[0], Seq = 1 });
        using var first = new OneRouter(this);
        await first.ReadAsync();
        await first.ShareAsync();
        var other = new SharedSnapshot(new FolderObjectStore(folder.FullPath), "nosql:compartment/other");
        var e = await Assert.ThrowsAsync<ContractException>(() => other.ReadAsync(Test));
        Assert.Contains("is of the journal fake:", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_snapshot_is_written_after_a_change_and_once_a_day()
    {
        using var router = new OneRouter(this);
        await router.ReadAsync();
        Assert.True(await router.ShareAsync());
        await router.ReadAsync();
        Assert.False(await router.ShareAsync());
        await new RolloutJournal(store, time: time).AppendAsync(SomeEvents.RolledBack(2) with { Model = Models[3] }, Test);
        await router.ReadAsync();
        Assert.True(await router.ShareAsync());
        time.Now += TimeSpan.FromDays(1);
        await router.ReadAsync();
        Assert.True(await router.ShareAsync());
    }

    [Fact]
    public async Task A_snapshot_that_could_not_be_written_is_written_in_the_next_round()
    {
        using var router = new OneRouter(this);
        await router.ReadAsync();
        // A file in the place of the bucket's folder.
        var blocker = folder.Combine("datalake");
        await File.WriteAllTextAsync(blocker, "", Test);
        await Assert.ThrowsAnyAsync<Exception>(router.ShareAsync);
        File.Delete(blocker);
        Assert.True(await router.ShareAsync());
    }

    [Fact]
    public async Task A_router_that_starts_from_a_snapshot_reads_what_changed_since()
    {
        foreach (var model in Models)
            store.Add(SomeEvents.RolledBack(2) with { Model = model, Seq = 1 });
        using (var first = new OneRouter(this))
        {
            await first.ReadAsync();
            await first.ShareAsync();
        }

        time.Now += TimeSpan.FromHours(3);
        await new RolloutJournal(store, time: time).AppendAsync(SomeEvents.Reset(2) with { Model = Models[7] }, Test);
        using var second = new OneRouter(this);
        // It has one round, so the model is not found in its turn.
        await second.Keeper.StartAsync(Test);
        Assert.NotNull(second.Board.StateOf(Models[8])!.Condemned(new ModelVersion(2)));
        await RunningRouter.UntilAsync(
            () => second.Board.StateOf(Models[7])!.Condemned(new ModelVersion(2)) is null, "the change is read");
        await second.Keeper.StopAsync(Test);
    }

    [Fact]
    public async Task A_journal_that_is_damaged_is_left_out_so_that_others_see_it_for_themselves()
    {
        foreach (var model in Models)
            store.Add(SomeEvents.RolledBack(2) with { Model = model, Seq = 1 });
        using var first = new OneRouter(this);
        await first.ReadAsync();
        first.Board.SetFault(Models[5], "it is damaged");
        first.Snapshots.MarkRead(time.Now);
        await first.ShareAsync();
        using var second = new OneRouter(this);
        await second.LoadAsync();
        Assert.Null(second.Board.JournaledStateOf(Models[5]));
        Assert.NotNull(second.Board.JournaledStateOf(Models[6]));
    }

    [Fact]
    public async Task A_router_that_starts_while_the_journal_is_unavailable_knows_the_condemned_versions()
    {
        await using var routers = new SomeRouters();
        await routers.ApplyAsync(SomeRouters.Canary2());
        var first = await StartAsync();
        await routers.CondemnAsync(first);
        await routers.UntilKindsAsync("started rolledBack");
        await RunningRouter.UntilAsync(
            () => first.Get<JournalSnapshotKeeper>().Known?.States.Values.Single().Condemned(new ModelVersion(2)) is not null,
            "the router has read its own event");
        await first.Get<SharedSnapshot>().WriteAsync(first.Get<JournalSnapshotKeeper>().Known!, Test);

        routers.Store.IsUnavailable = true;
        var second = await StartAsync();
        Assert.Equal(JournalReach.Away, second.Get<RolloutBoard>().Reach);
        Assert.True(SomeRouters.IsCondemned(second, 2));
        Assert.Equal(0, await routers.ReachingAsync(second, 2));
        // Nothing that it has not read itself is shared as if it were.
        Assert.Null(second.Get<JournalSnapshotKeeper>().Known);

        Task<RunningRouter> StartAsync() =>
            routers.StartAsync(with: settings => settings with { JournalBucket = "file:" + folder.FullPath });
    }

    private static PlanUpdate Plan() => PlanUpdate.First(new PlanDocument
    {
        Schema = PlanDocument.CurrentSchema,
        Rollouts = new(Models.ToDictionary(static model => model, static _ => SomePlan.Stable().Rollouts[SomePlan.Model])),
    });

    private sealed class OneRouter : IDisposable
    {
        private readonly SharedSnapshotTests test;
        private readonly FakeJournalStore store;
        private readonly JournalSync sync;
        private readonly SnapshotSharing sharing;
        private readonly ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();

        internal OneRouter(SharedSnapshotTests test, FakeJournalStore? store = null)
        {
            this.test = test;
            this.store = store ?? test.store;
            var journal = new RolloutJournal(this.store, time: test.time);
            var shared = new SharedSnapshot(new FolderObjectStore(test.folder.FullPath), journal.Location);
            Snapshots = new JournalSnapshotKeeper(Board, NullLogger<JournalSnapshotKeeper>.Instance, shared: shared);
            sync = new JournalSync(
                Board, Snapshots, test.time, JournalPace.Default, NullLogger<JournalSync>.Instance, journal);
            sharing = new SnapshotSharing(Snapshots, test.time, shared);
            sync.SetPlan(Plan());
            Keeper = new JournalKeeper(
                sync,
                Board,
                Snapshots,
                new RouterMetrics(services.GetRequiredService<IMeterFactory>()),
                JournalPace.Default with { Alone = TimeSpan.FromHours(1) },
                NullLogger<JournalKeeper>.Instance);
        }

        internal RolloutBoard Board { get; } = new(isJournaled: true);

        internal JournalSnapshotKeeper Snapshots { get; }

        internal JournalKeeper Keeper { get; }

        public void Dispose()
        {
            Keeper.Dispose();
            sharing.Dispose();
            sync.Dispose();
            services.Dispose();
        }

        internal async Task LoadAsync()
        {
            if (await Snapshots.LoadAsync(Test) is { } read)
                sync.StartFrom(read);
        }

        /// <summary>A round of a router.</summary>
        internal async Task ReadAsync()
        {
            foreach (var model in await sync.FindChangedAsync(Test))
                await sync.ReadAsync(model, Test);
            Snapshots.MarkRead(sync.ChangesRead);
        }

        /// <summary>Shares the snapshot if it is due; true if it was.</summary>
        internal async Task<bool> ShareAsync()
        {
            if (File.Exists(test.ObjectPath))
                File.Delete(test.ObjectPath);
            await sharing.ShareAsync(Test);
            return File.Exists(test.ObjectPath);
        }

        internal async Task<int> CountReadsAsync(Func<Task> act)
        {
            var count = 0;
            store.Reading = () => Interlocked.Increment(ref count);
            await act();
            store.Reading = null;
            return count;
        }
    }
}
