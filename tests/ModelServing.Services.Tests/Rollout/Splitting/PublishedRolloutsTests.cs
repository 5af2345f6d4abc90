using ModelServing.Contracts;
using ModelServing.Contracts.Journal;
using ModelServing.Rollout.Journal;
using ModelServing.Rollout.Splitting;
using static ModelServing.Services.Tests.Journal.SomeEvents;

namespace ModelServing.Services.Tests.Rollout.Splitting;

public sealed class PublishedRolloutsTests
{
    private static readonly JournalState Started1 = JournalState.Empty(Fraud).Apply(Numbered([Started(Plan(1, 2))]));

    [Fact]
    public void What_a_router_publishes_is_read_as_it_was_written()
    {
        var published = Some(Plan(1, 2), Started1, decided: RolledBack(2));
        var read = PublishedRollouts.Parse(published.ToBytes());
        Assert.Equal((Noon, Noon), (read.Time, read.PlanSince));
        Assert.Equal(published.Plan.ToUtf8(), read.Plan.ToUtf8());
        Assert.Equal(JournalSnapshot.ToUtf8([Started1]), JournalSnapshot.ToUtf8(read.States.Values));
        Assert.Equal((2, 1), (Assert.Single(read.Decided).Version.Number, read.Decided[0].Trial));
        Assert.Equal(Noon, PublishedRollouts.TimeOf(published.ToBytes()));
    }

    [Fact]
    public void Other_bytes_are_refused()
    {
        var bytes = Some(Plan(1, 2), Started1, decided: RolledBack(2)).ToBytes();
        for (var length = 0; length < bytes.Length; length++)
            Assert.Throws<ContractException>(() => PublishedRollouts.Parse(bytes.AsSpan(0, length)));
        Assert.Throws<ContractException>(() => PublishedRollouts.Parse([.. bytes, 0]));
        Assert.Throws<ContractException>(() => PublishedRollouts.Parse([2, .. bytes.AsSpan(1)]));
    }

    [Fact]
    public void The_newest_plan_the_newest_states_and_every_decision_count()
    {
        var old = Some(Plan(1, 2), Started1, decided: RolledBack(2));
        var next = Some(Plan(1, 2, weight: 700), JournalState.Empty(Fraud)) with { PlanSince = Noon.AddSeconds(1) };
        foreach (var order in (PublishedRollouts[][])[[old, next], [next, old]])
        {
            var known = KnownRollouts.Join(order, Noon.AddSeconds(1))!.Find(Fraud)!;
            Assert.Equal(700, known.Effective.Planned.Variants[0].Weight);
            Assert.Equal((2, Noon), (known.State!.LastSeq, known.State.StartOf(new ModelVersion(2))));
            // One router has decided it, and the journal does not have it yet.
            Assert.Equal(Closure.Condemned, known.Effective.Variants[0].Closed);
        }
    }

    [Fact]
    public void A_router_that_is_gone_does_not_count_and_an_unread_journal_leaves_only_stable()
    {
        Assert.Null(KnownRollouts.Join([], Noon));
        Assert.NotNull(KnownRollouts.Join([Some(Plan(1, 2), Started1)], Noon + KnownRollouts.MaxAge));
        Assert.Null(KnownRollouts.Join([Some(Plan(1, 2), Started1)], Noon + KnownRollouts.MaxAge + TimeSpan.FromMilliseconds(1)));
        var unread = KnownRollouts.Join([Some(Plan(1, 2), null)], Noon)!.Find(Fraud)!;
        Assert.True(unread.Effective.JournalUnread);
        Assert.All(Enumerable.Range(0, 1000), key => Assert.Equal(1, unread.Assign($"{key}", out _)));
    }

    private static PublishedRollouts Some(RolloutPlan rollout, JournalState? state, params RolledBackEvent[] decided) => new()
    {
        Time = Noon,
        PlanSince = Noon,
        Plan = new PlanDocument { Schema = PlanDocument.CurrentSchema, Rollouts = new() { [Fraud] = rollout } },
        States = state is null ? new Dictionary<ModelName, JournalState>() : new() { [Fraud] = state },
        Decided = decided,
    };
}
