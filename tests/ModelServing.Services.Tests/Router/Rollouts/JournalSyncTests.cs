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
    private readonly SteppedTime time = new();
    private readonly JournalSync sync;

    public JournalSyncTests() => sync = new JournalSync(
        board,
        new JournalSnapshotKeeper(board, NullLogger<JournalSnapshotKeeper>.Instance),
        time,
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

    // Routers get a plan one after the other. A slow one must not record the plan that the others have left already.
    [Fact]
    public async Task A_rollout_that_others_recorded_and_left_is_not_recorded_again()
    {
        await sync.ReadAsync(Fraud, Token);
        sync.SetPlan(Some(Plan(1, 2)));
        await OthersAppendAsync(Plan(1, 2), Plan(1, 2, weight: 900));
        await sync.AppendDueAsync(Fraud, Token);
        sync.SetPlan(Some(Plan(1, 2, weight: 900)));
        await sync.AppendDueAsync(Fraud, Token);
        Assert.Equal(2, store.Events.Count);
        Assert.Empty(sync.Due);
    }

    [Fact]
    public async Task A_rollout_that_others_recorded_and_left_while_it_is_appended_is_not_recorded_again()
    {
        await sync.ReadAsync(Fraud, Token);
        sync.SetPlan(Some(Plan(1, 2)));
        var others = Task.CompletedTask;
        store.Putting = _ =>
        {
            store.Putting = null;
            others = OthersAppendAsync(Plan(1, 2), Plan(1, 2, weight: 900));
            others.Wait(Token);
        };
        await sync.AppendDueAsync(Fraud, Token);
        await others;
        Assert.Equal(2, store.Events.Count);
    }

    // Someone changed the plan and changed it back, and the router that recorded it is gone.
    [Fact]
    public async Task A_plan_that_is_still_this_routers_after_a_minute_is_recorded_again()
    {
        await sync.ReadAsync(Fraud, Token);
        sync.SetPlan(Some(Plan(1, 2)));
        await OthersAppendAsync(Plan(1, 2), Plan(1, 2, weight: 900));
        await sync.AppendDueAsync(Fraud, Token);
        Assert.Equal([Fraud], sync.Due);
        time.Advance(TimeSpan.FromMinutes(1));
        await sync.AppendDueAsync(Fraud, Token);
        Assert.Equal(["started", "weightMoved", "weightMoved"], store.Events.Select(static e => e.Kind));
        Assert.Empty(sync.Due);
    }

    // The kind follows from the history, which another router has just changed.
    [Fact]
    public async Task A_rollout_is_recorded_as_what_it_is_after_the_others_rollouts()
    {
        await sync.ReadAsync(Fraud, Token);
        sync.SetPlan(Some(Plan(1, 2, weight: 900)));
        await OthersAppendAsync(Plan(1, 2));
        await sync.AppendDueAsync(Fraud, Token);
        Assert.Equal(["started", "weightMoved"], store.Events.Select(static e => e.Kind));
        Assert.Empty(sync.Due);
    }

    // By a router that starts, so it reads the whole journal.
    private async Task OthersAppendAsync(params RolloutPlan[] rollouts)
    {
        var others = new RolloutBoard(isJournaled: true);
        using var other = new JournalSync(
            others,
            new JournalSnapshotKeeper(others, NullLogger<JournalSnapshotKeeper>.Instance),
            time,
            JournalPace.Default,
            NullLogger<JournalSync>.Instance,
            new RolloutJournal(store));
        await other.ReadAsync(Fraud, Token);
        foreach (var rollout in rollouts)
        {
            other.SetPlan(Some(rollout));
            await other.AppendDueAsync(Fraud, Token);
        }
    }

    private static PlanUpdate Some(RolloutPlan? rollout) => PlanUpdate.First(new PlanDocument
    {
        Schema = PlanDocument.CurrentSchema,
        Rollouts = rollout is null ? [] : new() { [Fraud] = rollout },
    });
}
