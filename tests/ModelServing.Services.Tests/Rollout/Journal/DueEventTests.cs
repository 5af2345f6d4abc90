using ModelServing.Contracts;
using ModelServing.Contracts.Journal;
using ModelServing.Rollout.Journal;
using static ModelServing.Services.Tests.Journal.SomeEvents;

namespace ModelServing.Services.Tests.Rollout.Journal;

public class DueEventTests
{
    private static readonly RolloutPlan Arms = Plan("e", ("blue", 2, 1000), ("green", 3, 2000), ("stable", 1, 7000));

    [Fact]
    public void A_rollout_without_another_version_is_applied() => AssertDue("applied", Plan(1));

    [Fact]
    public void A_new_version_beside_stable_is_started()
    {
        AssertDue("started", Plan(1, 2));
        AssertDue("started", Plan(1, 2), Applied(Plan(1)));
        AssertDue("started", Plan(1, 3), Started(Plan(1, 2)));
        AssertDue("started", Arms, Started(Plan(1, 2)));
    }

    [Fact]
    public void A_change_of_weights_alone_is_weightMoved()
    {
        AssertDue("weightMoved", Plan(1, 2, 1000), Started(Plan(1, 2)));
        AssertDue("weightMoved", Plan(1, 2, 0), Started(Plan(1, 2)), RolledBack(7));
        AssertDue("applied", Plan(1, 2, 1000) with { DeadlineMilliseconds = 5 }, Started(Plan(1, 2)));
    }

    [Fact]
    public void A_version_that_became_stable_is_promoted()
    {
        AssertDue("promoted", Plan(2), Started(Plan(1, 2)));
        AssertDue("promoted", Plan(3), Started(Arms));
        AssertDue("promoted", Plan(2, 4), Started(Plan(1, 2)));
        AssertDue("applied", Plan(4), Started(Plan(1, 2)));
    }

    [Fact]
    public void A_rollout_that_lost_a_version_is_applied() => AssertDue("applied", Plan(1), Started(Plan(1, 2)));

    [Fact]
    public void A_rollout_with_a_condemned_version_is_refused()
    {
        AssertRefused(2, isServed: false, Plan(2), Started(Plan(1, 2)), RolledBack(2));
        AssertRefused(2, isServed: true, Plan(3, 2), Started(Plan(1, 2)), RolledBack(2));
        AssertRefused(3, isServed: true, Arms, Applied(Plan(1)), RolledBack(3));
        AssertRefused(1, isServed: false, Arms, RolledBack(3), RolledBack(1));
    }

    [Fact]
    public void A_recorded_event_is_not_due_again()
    {
        AssertNone(Plan(1, 2), Started(Plan(1, 2)));
        AssertNone(Plan(1, 2), Applied(Plan(1)), Started(Plan(1, 2)), RolledBack(2));
        AssertNone(Plan(1, 2), Started(Plan(1, 2)), RolledBack(2), Reset(2));
        AssertNone(Plan(2), Started(Plan(1, 2)), RolledBack(2), Refused(Plan(2), 2));
        AssertNone(Plan(3, 2), RolledBack(2), Refused(Plan(3, 2), 2));
    }

    [Fact]
    public void A_refused_rollout_is_due_after_a_reset_and_refused_again_after_another_rollback()
    {
        JournalEvent[] events = [Started(Plan(1, 2)), RolledBack(2), Refused(Plan(2), 2), Reset(2)];
        AssertDue("promoted", Plan(2), events);
        events = [.. events, new PromotedEvent(Fraud, Noon, Plan(2)), RolledBack(2, 2)];
        AssertRefused(2, isServed: false, Plan(2), events);
    }

    [Fact]
    public void A_rollout_that_comes_back_is_due_again() => AssertDue("applied", Plan(1), Applied(Plan(1)), Started(Plan(1, 2)));

    [Fact]
    public void The_event_has_the_rollout_and_the_time()
    {
        var due = DueEvent.Find(Arms, State(), Noon)!;
        Assert.Equal((Fraud, Noon, RolloutDigest.Compute(Arms)), (due.Model, due.Time, due.Digest));
        Assert.Same(Arms, due.Rollout);
    }

    private static void AssertDue(string kind, RolloutPlan planned, params JournalEvent[] events) =>
        Assert.Equal(kind, DueEvent.Find(planned, State(events), Noon)?.Kind);

    private static void AssertRefused(int version, bool isServed, RolloutPlan planned, params JournalEvent[] events)
    {
        var due = Assert.IsType<RefusedEvent>(DueEvent.Find(planned, State(events), Noon));
        Assert.Equal((version, isServed), (due.Version.Number, due.IsServed));
        Assert.Equal(State(events).TrialOf(due.Version), due.Trial);
    }

    private static void AssertNone(RolloutPlan planned, params JournalEvent[] events) =>
        Assert.Null(DueEvent.Find(planned, State(events), Noon));

    private static JournalState State(params JournalEvent[] events) => JournalState.Empty(Fraud).Apply(Numbered(events));
}
