using ModelServing.Cache;
using ModelServing.Contracts;
using ModelServing.Contracts.Journal;
using ModelServing.Rollout.Guard;
using ModelServing.Rollout.Journal;
using ModelServing.Router.Rollouts;
using ModelServing.TestKit;
using static ModelServing.Services.Tests.Journal.SomeEvents;

namespace ModelServing.Services.Tests.Router.Rollouts;

/// <summary>Which versions a router watches, and how long it keeps what it has counted of them.</summary>
public sealed class WatchedVersionsTests
{
    private static readonly RolloutPlan Served = Plan(1, 2);

    private readonly RolloutBoard board = new(isJournaled: true);
    private readonly WatchedVersions versions;

    public WatchedVersionsTests() =>
        versions = new WatchedVersions(new RouterSettings { Plan = "file:none", Endpoints = "file:none" }, board, new SteppedTime());

    [Fact]
    public void A_version_keeps_its_counts_while_a_rollout_has_it_and_begins_afresh_after_it_left()
    {
        var first = Watch(Started(Served))!;
        Assert.Same(first, Watch(Started(Served)));
        versions.KeepOnly(new HashSet<VersionTrial> { first.Trial });
        Assert.Same(first, Watch(Started(Served)));
        versions.KeepOnly(new HashSet<VersionTrial>());
        var next = Watch(Started(Served))!;
        Assert.NotSame(first, next);
        // Its counts are added to the earlier ones in the cache, which it must not overwrite.
        Assert.NotEqual(first.Incarnation, next.Incarnation);
    }

    [Fact]
    public void The_trial_starts_when_the_journal_says_so()
    {
        var version = Watch(Started(Served))!;
        Assert.Equal(Noon, version.StartedAt);
        Assert.Equal((1, 3), (version.MinuteAt(Noon.AddSeconds(59)), version.MinuteAt(Noon.AddSeconds(120))));
        // A clock that is behind the one that started the trial.
        Assert.Equal(1, version.MinuteAt(Noon.AddHours(-1)));
    }

    [Fact]
    public void A_condemned_version_is_watched_again_only_in_its_next_trial()
    {
        Assert.Equal(1, Watch(Started(Served))!.Trial.Trial);
        Assert.Null(Watch(Started(Served), RolledBack(2)));
        Assert.Equal(2, Watch(Started(Served), RolledBack(2), Reset(2))!.Trial.Trial);
    }

    [Fact]
    public void A_changed_limit_of_unreachable_time_holds_for_a_version_that_is_unreachable_already()
    {
        var version = Watch(Started(Served))!;
        for (var second = 0; second < 10; second++)
            Assert.False(IsUnreachable(TimeSpan.FromMinutes(10), second));
        Assert.False(IsUnreachable(TimeSpan.FromSeconds(2), 10));
        Assert.False(IsUnreachable(TimeSpan.FromSeconds(2), 11));
        Assert.True(IsUnreachable(TimeSpan.FromSeconds(2), 12));

        bool IsUnreachable(TimeSpan limit, int second) =>
            version.IsUnreachable(limit, isReady: false, isStableReady: true, TimeSpan.FromSeconds(second));
    }

    [Fact]
    public void A_pinned_loss_excuses_losses_near_it_and_no_later_ones()
    {
        var version = Watch(Started(Served))!;
        Assert.False(version.HasLostPinned(Noon));
        version.LostPinned(Noon);
        var moment = TimeSpan.FromTicks(1);
        Assert.True(version.HasLostPinned(Noon - LostConnections.Window + moment));
        Assert.True(version.HasLostPinned(Noon + LostConnections.Window - moment));
        Assert.False(version.HasLostPinned(Noon - LostConnections.Window));
        Assert.False(version.HasLostPinned(Noon + LostConnections.Window));
    }

    private ModelServing.Router.Rollouts.Watching.WatchedVersion? Watch(params JournalEvent[] events)
    {
        var state = JournalState.Empty(Fraud).Apply(Numbered(events));
        board.Update(state);
        return versions.Watch(Fraud, EffectiveRollout.From(Served, state))[0]?.Version;
    }
}
