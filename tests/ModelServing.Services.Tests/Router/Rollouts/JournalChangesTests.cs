using Microsoft.Extensions.Logging.Abstractions;
using ModelServing.Contracts;
using ModelServing.Contracts.Journal;
using ModelServing.Journal;
using ModelServing.Router.Rollouts;
using ModelServing.Router.Rollouts.Board;
using ModelServing.Services.Tests.Journal;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Router.Rollouts;

/// <summary>Which models' events a router reads in a round.</summary>
public sealed class JournalChangesTests : IDisposable
{
    private static readonly ModelName[] Models = [.. Enumerable.Range(1, 30).Select(static i => ModelName.Parse($"model-{i:00}"))];

    private readonly FakeJournalStore store = new();
    private readonly SetTime time = new();
    private readonly RolloutBoard board = new(isJournaled: true);
    private readonly JournalSync sync;

    public JournalChangesTests()
    {
        sync = new JournalSync(
            board,
            new JournalSnapshotKeeper(board, NullLogger<JournalSnapshotKeeper>.Instance),
            time,
            JournalPace.Default,
            NullLogger<JournalSync>.Instance,
            new RolloutJournal(store, time: time));
        var rollout = SomePlan.Stable().Rollouts[SomePlan.Model];
        sync.SetPlan(PlanUpdate.First(new PlanDocument
        {
            Schema = PlanDocument.CurrentSchema,
            Rollouts = new(Models.ToDictionary(static model => model, _ => rollout)),
        }));
    }

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    public void Dispose() => sync.Dispose();

    [Fact]
    public async Task An_idle_router_reads_one_model_in_a_round_and_each_in_its_turn()
    {
        Assert.Equal(Models, (await RoundAsync()).Order());
        var read = new List<ModelName>();
        for (var i = 0; i < Models.Length; i++)
            read.Add(Assert.Single(await RoundAsync()));
        Assert.Equal(Models, read.Order());
    }

    [Fact]
    public async Task A_change_of_another_program_is_found_at_once()
    {
        await RoundAsync();
        var other = new RolloutJournal(store, time: time);
        await other.AppendAsync(SomeEvents.RolledBack(2) with { Model = Models[20] }, Test);
        Assert.Contains(Models[20], await RoundAsync());
        Assert.NotNull(board.JournaledStateOf(Models[20])!.Condemned(new ModelVersion(2)));
        // It is known now, so it is not read again.
        Assert.Single(await RoundAsync());
    }

    [Fact]
    public async Task A_change_is_looked_at_again_until_its_event_is_there()
    {
        await RoundAsync();
        await store.PutChangeAsync(new ChangeRow(ChangeRow.NumberAt(time.GetUtcNow()), Models[20], 1), Test);
        for (var i = 0; i < 3; i++)
            Assert.Contains(Models[20], await RoundAsync());
        store.Add(Rollback(Models[20]));
        Assert.Contains(Models[20], await RoundAsync());
        Assert.Equal(1, board.JournaledStateOf(Models[20])!.LastSeq);
        Assert.Single(await RoundAsync());
    }

    [Fact]
    public async Task An_event_without_a_change_is_found_in_its_turn()
    {
        await RoundAsync();
        store.Add(Rollback(Models[^1]));
        for (var i = 0; i < Models.Length; i++)
            await RoundAsync();
        Assert.Equal(1, board.JournaledStateOf(Models[^1])!.LastSeq);
    }

    [Fact]
    public async Task A_clock_that_is_a_minute_slow_hides_no_change()
    {
        await RoundAsync();
        var slow = new RolloutJournal(store, time: new SetTime { Now = time.Now - TimeSpan.FromMinutes(1) });
        await slow.AppendAsync(SomeEvents.RolledBack(2) with { Model = Models[20] }, Test);
        Assert.Contains(Models[20], await RoundAsync());
    }

    [Fact]
    public async Task After_an_outage_that_outlasts_the_changes_all_models_are_read()
    {
        await RoundAsync();
        time.Now += ChangeRow.Kept;
        Assert.Equal(Models, (await RoundAsync()).Order());
        Assert.Single(await RoundAsync());
    }

    [Fact]
    public async Task A_model_that_could_not_be_read_is_read_again()
    {
        await RoundAsync();
        store.Reading = static () => throw FakeJournalStore.Lost();
        await Assert.ThrowsAsync<JournalException>(RoundAsync);
        var missed = await sync.FindChangedAsync(Test);
        Assert.Equal(2, missed.Count);
        store.Reading = null;
        Assert.Equal(3, (await RoundAsync()).Count);
        Assert.Single(await RoundAsync());
    }

    [Fact]
    public async Task An_outage_hides_no_change_however_long_it_was()
    {
        await RoundAsync();
        await new RolloutJournal(store, time: time).AppendAsync(SomeEvents.RolledBack(2) with { Model = Models[20] }, Test);
        store.ReadingChanges = static () => throw FakeJournalStore.Lost();
        for (var i = 0; i < 4; i++)
        {
            time.Now += JournalLimits.Settled;
            await Assert.ThrowsAsync<JournalException>(RoundAsync);
        }

        store.ReadingChanges = null;
        Assert.Contains(Models[20], await RoundAsync());
    }

    private static JournalEvent Rollback(ModelName model) => SomeEvents.RolledBack(2) with { Model = model, Seq = 1 };

    private async Task<IReadOnlyCollection<ModelName>> RoundAsync()
    {
        time.Now += TimeSpan.FromSeconds(10);
        var changed = await sync.FindChangedAsync(Test);
        foreach (var model in changed)
            await sync.ReadAsync(model, Test);
        return changed;
    }
}
