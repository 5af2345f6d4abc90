using Microsoft.Extensions.Logging.Abstractions;
using ModelServing.Contracts;
using ModelServing.Contracts.Journal;
using ModelServing.Journal;
using ModelServing.Router.Rollouts;
using ModelServing.Router.Rollouts.Board;
using ModelServing.Services.Tests.Journal;
using ModelServing.TestKit;
using static ModelServing.Services.Tests.Journal.SomeEvents;

namespace ModelServing.Services.Tests.Router.Rollouts;

/// <summary>What a plan makes due in the journal, when several plans come before the journal takes an event.</summary>
public sealed class JournalSyncTests : IDisposable
{
    private readonly RolloutBoard board = new(isJournaled: true);
    private readonly FakeJournalStore store = new();
    private readonly JournalSync sync;

    public JournalSyncTests() => sync = new JournalSync(
        board,
        new JournalSnapshotKeeper(board, NullLogger<JournalSnapshotKeeper>.Instance),
        new SteppedTime(),
        JournalPace.Default,
        NullLogger<JournalSync>.Instance,
        new RolloutJournal(store));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => sync.Dispose();

    [Fact]
    public async Task Of_two_plans_before_an_outage_is_over_only_the_later_one_is_recorded()
    {
        await sync.ReadAsync(Fraud, Token);
        sync.SetPlan(Some(Plan(1, 2)));
        sync.SetPlan(Some(Plan(1, 2, weight: 900)));
        await sync.AppendDueAsync(Fraud, Token);
        await sync.AppendDueAsync(Fraud, Token);
        var recorded = Assert.IsType<StartedEvent>(Assert.Single(store.Events));
        Assert.Equal(900, recorded.Rollout.Variants[0].Weight);
        Assert.Empty(sync.Due);
    }

    [Fact]
    public async Task A_rollout_whose_model_left_the_plan_in_an_outage_is_never_recorded()
    {
        await sync.ReadAsync(Fraud, Token);
        sync.SetPlan(Some(Plan(1, 2)));
        Assert.Equal([Fraud], sync.Due);
        sync.SetPlan(Some(null));
        Assert.Empty(sync.Due);
        await sync.AppendDueAsync(Fraud, Token);
        Assert.Empty(store.Events);
    }

    [Fact]
    public async Task A_plan_that_comes_while_the_one_before_is_recorded_is_recorded_too()
    {
        await sync.ReadAsync(Fraud, Token);
        sync.SetPlan(Some(Plan(1, 2)));
        store.Putting = _ =>
        {
            store.Putting = null;
            sync.SetPlan(Some(Plan(1, 2, weight: 900)));
        };
        await sync.AppendDueAsync(Fraud, Token);
        Assert.Equal([Fraud], sync.Due);
        await sync.AppendDueAsync(Fraud, Token);
        Assert.Equal(2, store.Events.Count);
        Assert.Equal(900, Assert.IsAssignableFrom<RolloutEvent>(store.Events[^1]).Rollout.Variants[0].Weight);
        Assert.Empty(sync.Due);
    }

    private static PlanUpdate Some(RolloutPlan? rollout) => PlanUpdate.First(new PlanDocument
    {
        Schema = PlanDocument.CurrentSchema,
        Rollouts = rollout is null ? [] : new() { [Fraud] = rollout },
    });
}
