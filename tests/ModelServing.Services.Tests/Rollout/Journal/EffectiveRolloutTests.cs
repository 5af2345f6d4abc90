using System.Text;
using CsCheck;
using ModelServing.Contracts;
using ModelServing.Contracts.Journal;
using ModelServing.Rollout;
using ModelServing.Rollout.Journal;
using static ModelServing.Services.Tests.Journal.SomeEvents;

namespace ModelServing.Services.Tests.Rollout.Journal;

public class EffectiveRolloutTests
{
    private static readonly RolloutPlan Experiment = Plan("e", ("blue", 2, 1000), ("green", 3, 2000), ("red", 2, 500), ("stable", 1, 6500));

    [Fact]
    public void Without_a_condemned_version_the_plan_is_served_as_it_is()
    {
        var effective = EffectiveRollout.From(Experiment, State());
        Assert.Same(Experiment, effective.Rollout);
        Assert.Equal([1000, 2000, 500, 6500], effective.Variants.Select(static variant => variant.Weight));
        Assert.Equal((false, false, null), (effective.JournalUnread, effective.IsCondemnedStable, effective.Refused));
        Assert.Empty(effective.ClosedVariants);
    }

    [Fact]
    public void The_last_good_rollout_keeps_each_key_in_the_variant_that_it_had_when_it_was_served_last()
    {
        var before = Plan("e", ("blue", 2, 1000), ("green", 3, 1000), ("stable", 1, 8000));
        var moved = Plan("e", ("blue", 2, 2000), ("green", 3, 1000), ("stable", 1, 7000));
        var state = JournalState.Empty(Fraud).Apply(Numbered([Started(before), Applied(moved), RolledBack(7)]));
        var served = EffectiveRollout.From(moved, state).ToAssignment();
        var refused = EffectiveRollout.From(Plan(7), state);
        Assert.NotNull(refused.Refused);
        var kept = refused.ToAssignment();
        var asNew = new Assignment(moved);
        var others = 0;
        for (var i = 0; i < 5000; i++)
        {
            var key = Encoding.UTF8.GetBytes($"{i}");
            Assert.Equal(served.VariantOf(key), kept.VariantOf(key));
            others += asNew.VariantOf(key) == kept.VariantOf(key) ? 0 : 1;
        }

        // As a new rollout, it would move keys.
        Assert.NotEqual(0, others);
    }

    [Fact]
    public void A_condemned_version_gets_no_traffic_in_any_variant_and_its_share_is_stables()
    {
        var effective = EffectiveRollout.From(Experiment, State(RolledBack(2)));
        Assert.Equal([0, 2000, 0, 8000], effective.Variants.Select(static variant => variant.Weight));
        Assert.Equal(["blue", "red"], effective.ClosedVariants.Select(static variant => variant.Plan.Name));
        Assert.All(
            effective.ClosedVariants,
            static variant => Assert.Equal((Closure.Condemned, "router-1"), (variant.Closed, variant.Condemned!.Who)));
        Assert.Null(effective.Refused);
    }

    [Fact]
    public void A_condemned_version_gets_no_traffic_beside_another_stable_or_with_another_weight_either()
    {
        foreach (var rollout in (RolloutPlan[])[Plan(1, 2, 10_000), Plan(7, 2), Plan("x", ("arm", 2, 3000), ("stable", 4, 7000))])
            Assert.Equal(
                PlanDocument.Buckets,
                EffectiveRollout.From(rollout, State(Started(Plan(1, 2)), RolledBack(2), Applied(Plan(5)))).Variants[^1].Weight);
    }

    [Fact]
    public void No_key_of_another_variant_moves_when_versions_are_condemned() =>
        Gen.Select(Gen.Int[1, 4].HashSet[0, 3], Gen.Int[0, 1_000_000]).Sample((condemned, first) =>
    {
        var rollout = Plan("e", ("blue", 2, 1000), ("green", 3, 2000), ("red", 4, 500), ("stable", 9, 6500));
        var effective = EffectiveRollout.From(rollout, State([.. condemned.Select(static version => RolledBack(version))]));
        var (planned, served) = (new Assignment(rollout), effective.ToAssignment());
        for (var i = first; i < first + 200; i++)
        {
            var key = Encoding.UTF8.GetBytes($"key-{i}");
            var was = planned.VariantOf(key);
            Assert.Equal(condemned.Contains(rollout.Variants[was].Version.Number) ? 3 : was, served.VariantOf(key));
        }
    });

    [Fact]
    public void The_named_shares_are_the_assigned_ones()
    {
        var effective = EffectiveRollout.From(Experiment, State(RolledBack(2)));
        var assignment = effective.ToAssignment();
        var counts = Enumerable.Range(0, 100_000).CountBy(i => assignment.VariantOf(Encoding.UTF8.GetBytes($"key-{i}"))).ToDictionary();
        Assert.Equal([1, 3], counts.Keys.Order());
        Assert.InRange(counts[1], 19_300, 20_700);
    }

    [Fact]
    public void A_rollout_with_a_condemned_stable_leaves_the_last_good_one_in_place()
    {
        var good = Plan(1, 2);
        var effective = EffectiveRollout.From(Plan(2), State(Started(good), RolledBack(2)));
        Assert.Equal(good.Revision, effective.Rollout!.Revision);
        Assert.Equal([0, PlanDocument.Buckets], effective.Variants.Select(static variant => variant.Weight));
        Assert.Equal(new ModelVersion(2), effective.Refused!.Version);
        Assert.False(effective.IsCondemnedStable);
    }

    [Fact]
    public void Another_arm_of_the_last_good_rollout_keeps_its_traffic()
    {
        var effective = EffectiveRollout.From(Plan(2), State(Started(Plan(1, 2)), RolledBack(2), Started(Plan(1, 3))));
        Assert.Equal([500, 9500], effective.Variants.Select(static variant => variant.Weight));
    }

    [Fact]
    public void A_rollout_that_was_served_after_the_rollback_is_the_last_good_one()
    {
        // It is recorded as refused because it contains the condemned canary; its stable version is served all the same.
        var effective = EffectiveRollout.From(Plan(2), State(Started(Plan(1, 2)), RolledBack(2), Refused(Plan(3, 2), 2)));
        Assert.Equal(new ModelVersion(3), effective.Variants[^1].Plan.Version);
    }

    [Fact]
    public void Without_a_good_rollout_nothing_is_served()
    {
        foreach (var state in (JournalState[])[State(RolledBack(2)), State(Applied(Plan(2)), RolledBack(2))])
        {
            var effective = EffectiveRollout.From(Plan(2, 3), state);
            Assert.True(effective.IsCondemnedStable);
            Assert.Empty(effective.Variants);
            Assert.Equal(new ModelVersion(2), effective.Refused!.Version);
            Assert.Throws<InvalidOperationException>(effective.ToAssignment);
        }
    }

    [Fact]
    public void A_reset_version_is_served_as_planned_in_its_next_trial()
    {
        var effective = EffectiveRollout.From(Plan(1, 2), State(RolledBack(2), Reset(2)));
        Assert.Equal([(500, 2), (9500, 1)], effective.Variants.Select(static variant => (variant.Weight, variant.Trial)));
    }

    [Fact]
    public void While_the_journal_was_never_read_only_stable_gets_traffic()
    {
        var effective = EffectiveRollout.From(Experiment, null);
        Assert.True(effective.JournalUnread);
        Assert.Equal([0, 0, 0, PlanDocument.Buckets], effective.Variants.Select(static variant => variant.Weight));
        Assert.All(
            effective.ClosedVariants,
            static variant => Assert.Equal((Closure.JournalUnread, null), (variant.Closed, variant.Condemned)));
        var assignment = effective.ToAssignment();
        Assert.All(Enumerable.Range(0, 1000), i => Assert.Equal(3, assignment.VariantOf(Encoding.UTF8.GetBytes($"key-{i}"))));
    }

    private static JournalState State(params JournalEvent[] events) => JournalState.Empty(Fraud).Apply(Numbered(events));
}
