using CsCheck;
using ModelServing.Contracts;
using ModelServing.Contracts.Journal;
using ModelServing.Rollout.Journal;
using static ModelServing.Services.Tests.Journal.SomeEvents;

namespace ModelServing.Services.Tests.Rollout.Journal;

public class JournalStateTests
{
    private static readonly Gen<JournalEvent> SomeEvent =
        Gen.Select(Gen.Int[0, 4], Gen.Int[1, 4], Gen.Int[1, 4], Gen.Int[1, 3], Gen.Int[0, 1000], MakeEvent);

    [Fact]
    public void The_state_does_not_depend_on_how_the_events_are_divided() =>
        Gen.Select(SomeEvent.Array[0, 30], Gen.Int[0, 30], Gen.Int[0, 30]).Sample((events, one, other) =>
    {
        var numbered = Numbered(events);
        var (first, second) = (Math.Min(Math.Min(one, other), numbered.Count), Math.Min(Math.Max(one, other), numbered.Count));
        var whole = Apply(numbered);
        var pieces = JournalState.Empty(Fraud)
            .Apply(numbered.Take(first))
            .Apply(numbered.Skip(first).Take(second - first))
            .Apply(numbered.Skip(second));
        Assert.Equal(JournalSnapshot.ToUtf8([whole]), JournalSnapshot.ToUtf8([pieces]));
        // A state that was read from a snapshot continues in the same way.
        var kept = JournalSnapshot.Parse(JournalSnapshot.ToUtf8([Apply(numbered.Take(first))]))[Fraud];
        Assert.Equal(JournalSnapshot.ToUtf8([whole]), JournalSnapshot.ToUtf8([kept.Apply(numbered.Skip(first))]));
    });

    [Fact]
    public void A_version_is_condemned_exactly_if_it_was_not_reset_after_its_last_rollback() => Gen.Int[0, 1].Array[0, 12].Sample(steps =>
    {
        // Rollbacks of the current trial, and resets to the next.
        var (events, trial, condemned) = (new List<JournalEvent>(), 1, false);
        foreach (var step in steps)
        {
            events.Add(step == 0 ? RolledBack(2, trial) : Reset(2, trial + 1));
            (condemned, trial) = step == 0 ? (true, trial) : (false, trial + 1);
        }

        var state = Apply(Numbered(events));
        Assert.Equal((condemned, trial), (state.Condemned(new ModelVersion(2)) is not null, state.TrialOf(new ModelVersion(2))));
    });

    [Fact]
    public void An_empty_journal_has_an_empty_state()
    {
        var state = JournalState.Empty(Fraud);
        Assert.Equal(
            (0, 1, null, null, null, null),
            (state.LastSeq, state.TrialOf(V(2)), state.Condemned(V(2)), state.StartOf(V(2)), state.LastGood, state.LastRollout));
    }

    [Fact]
    public void A_rollback_that_comes_after_the_reset_of_its_trial_condemns_nothing()
    {
        var state = Apply(Numbered([RolledBack(2), Reset(2), RolledBack(2)]));
        Assert.Equal((null, 2), (state.Condemned(V(2)), state.TrialOf(V(2))));
    }

    [Fact]
    public void A_reset_that_comes_again_does_not_take_back_the_rollback_of_the_trial_that_it_began()
    {
        var state = Apply(Numbered([RolledBack(2), Reset(2), RolledBack(2, trial: 2), Reset(2)]));
        Assert.Equal(2, state.Condemned(V(2))!.Trial);
    }

    [Fact]
    public void The_first_rollback_of_a_trial_is_the_one_that_condemned()
    {
        var state = Apply(Numbered([RolledBack(2) with { Who = "first" }, RolledBack(2) with { Who = "second" }]));
        Assert.Equal("first", state.Condemned(V(2))!.Who);
    }

    [Fact]
    public void A_rollback_of_a_later_trial_has_no_start_of_the_earlier_one()
    {
        var state = JournalState.Empty(Fraud).Apply(Numbered([Started(Plan(1, 2)), RolledBack(2, trial: 2)]));
        Assert.Equal(2, state.TrialOf(new ModelVersion(2)));
        Assert.Null(state.StartOf(new ModelVersion(2)));
        Assert.NotNull(state.Condemned(new ModelVersion(2)));
    }

    [Fact]
    public void A_trial_starts_when_its_version_first_gets_traffic_beside_stable()
    {
        var state = Apply(Numbered([
            Started(Plan(1, 2, 0)),
            Started(Plan(1, 2, 100)) with { Time = Noon.AddMinutes(1) },
            Started(Plan(1, 2, 500)) with { Time = Noon.AddMinutes(2) },
            Started(Plan(3, 2, 500)) with { Time = Noon.AddMinutes(3) }]));
        Assert.Equal(Noon.AddMinutes(1), state.StartOf(V(2)));
        Assert.Null(state.StartOf(V(1)));
    }

    [Fact]
    public void A_reset_starts_the_trial_of_a_version_that_still_has_a_share()
    {
        var rollout = Started(Plan(1, 2));
        Assert.Equal(Noon.AddHours(1), Apply(Numbered([rollout, RolledBack(2), Reset(2) with { Time = Noon.AddHours(1) }])).StartOf(V(2)));
        Assert.Null(Apply(Numbered([rollout, RolledBack(2), Applied(Plan(1)), Reset(2)])).StartOf(V(2)));
    }

    [Fact]
    public void A_condemned_version_does_not_start()
    {
        var state = Apply(Numbered([RolledBack(2), Refused(Plan(1, 2), 2)]));
        Assert.Null(state.StartOf(V(2)));
        Assert.Equal(2, state.LastGood!.Event.Seq);
    }

    [Fact]
    public void A_refused_rollout_is_not_a_good_one()
    {
        var state = Apply(Numbered([Applied(Plan(1)), RolledBack(2), Refused(Plan(2), 2)]));
        Assert.Equal((1, 3), (state.LastGood!.Event.Seq, state.LastRollout!.Seq));
    }

    [Fact]
    public void A_promoted_version_that_is_condemned_gives_way_to_the_rollout_before()
    {
        var state = Apply(Numbered([Applied(Plan(1)), Started(Plan(1, 2)), Applied(Plan(2)), RolledBack(2)]));
        Assert.Equal(2, state.LastGood!.Event.Seq);
        Assert.Equal(3, state.Apply(Reset(2) with { Seq = 5 }).LastGood!.Event.Seq);
    }

    [Fact]
    public void The_number_of_kept_rollouts_is_bounded()
    {
        var state = Apply(Numbered(Enumerable.Range(1, 100)
            .SelectMany(static i => (JournalEvent[])[Applied(Plan(i)), Started(Plan(i, 200))])));
        Assert.Equal(
            Enumerable.Range(0, JournalState.MaxServed).Select(static i => 100 - i),
            state.Served.Select(static served => served.Rollout.Stable.Version.Number));
    }

    [Fact]
    public void Events_of_another_model_or_out_of_order_are_refused()
    {
        var state = Apply(Numbered([RolledBack(2)]));
        Assert.Throws<ArgumentException>(() => state.Apply(RolledBack(3) with { Seq = 1 }));
        Assert.Throws<ArgumentException>(() => state.Apply(RolledBack(3) with { Seq = 3 }));
        Assert.Throws<ArgumentException>(() => state.Apply(RolledBack(3) with { Seq = 2, Model = ModelName.Parse("churn") }));
    }

    private static ModelVersion V(int number) => new(number);

    private static JournalState Apply(IEnumerable<JournalEvent> events) => JournalState.Empty(Fraud).Apply(events);

    private static JournalEvent MakeEvent(int kind, int version, int other, int trial, int minute)
    {
        JournalEvent made = kind switch
        {
            0 => RolledBack(version, trial),
            1 => Reset(version, trial + 1),
            2 => Refused(Plan(version, other == version ? null : other), version, trial),
            3 => Applied(Plan(version)),
            _ => Started(Plan(version, version + other, minute)),
        };
        return made with { Time = Noon.AddMinutes(minute) };
    }
}
