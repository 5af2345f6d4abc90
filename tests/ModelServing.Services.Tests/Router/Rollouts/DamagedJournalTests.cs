using ModelServing.Cli;
using ModelServing.Cli.Rollouts;
using ModelServing.Contracts;
using ModelServing.Contracts.Admin;
using ModelServing.Contracts.Journal;
using ModelServing.Rollout.Journal;
using ModelServing.Router.Rollouts;
using ModelServing.Services.Tests.Journal;

namespace ModelServing.Services.Tests.Router.Rollouts;

/// <summary>A journal that is partly unreadable, and a snapshot of another journal.</summary>
[Collection(RunningRouter.OneAtATime)]
public sealed class DamagedJournalTests
{
    private static readonly ModelName Churn = ModelName.Parse("churn");

    [Fact]
    public async Task A_damaged_event_stops_only_its_own_model()
    {
        await using var routers = new SomeRouters();
        var plan = SomeRouters.Canary2();
        plan.Rollouts[Churn] = SomeRouters.Plan(("canary", 3, 5000), ("stable", 1, 5000)).Rollouts[SomePlan.Model];
        routers.WriteEndpoints([(SomePlan.Model, 1), (SomePlan.Model, 2), (Churn, 1), (Churn, 3)]);
        routers.Damage(Churn, 1, "{}");
        await routers.ApplyAsync(plan);
        var router = await routers.StartAsync();
        await routers.UntilKindsAsync("started");

        // Only the damaged model's stable version gets traffic, because its condemned versions are unknown.
        for (var i = 0; i < 50; i++)
            Assert.Equal("v1", (await router.InferAsync(path: "/v2/models/churn/infer")).Text);
        // The other model is rolled back, and its journal records it.
        Assert.NotEqual(0, await routers.ReachingAsync(router, 2));
        await routers.CondemnAsync(router);
        await routers.UntilKindsAsync("started rolledBack");
        await SomeRouters.ResetAsync(router, 2);
        await routers.UntilKindsAsync("started rolledBack reset");
        RolloutsStatus? status = null;
        await RunningRouter.UntilAsync(
            async () => (status = RolloutsStatus.Parse((await SomeRouters.AskAsync(
                router,
                AdminPaths.Rollouts)).Body)).Journal == JournalReach.Read,
            "the journal is read");
        var (churn, fraud) = (status!.Models[0], status.Models[1]);
        Assert.Equal((RolloutCondition.JournalUnread, RolloutCondition.Serving), (churn.Condition, fraud.Condition));
        Assert.Contains("event 1 of churn", churn.JournalFault, StringComparison.Ordinal);
        Assert.Null(fraud.JournalFault);
        PromoteCommand.Require(status, SomePlan.Model, new ModelVersion(2));
        Assert.Contains(
            "event 1 of churn",
            Assert.Throws<CommandException>(() => PromoteCommand.Require(status, Churn, new ModelVersion(3))).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "event 1 of churn",
            Assert.Throws<CommandException>(() => CheckCommand.CondemnedIn(status)).Message,
            StringComparison.Ordinal);

        // Once it is repaired, it is read.
        routers.Damage(Churn, 1, null);
        await RunningRouter.UntilAsync(() => router.Table.TryGetModel("churn", out var route) && route.State is not null, "it is read");
        await RunningRouter.UntilAsync(
            async () => (await router.InferAsync(path: "/v2/models/churn/infer")).Text == "v3",
            "its canary has its share");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_snapshot_of_another_journal_is_dropped_when_the_journal_is_read(bool isLonger)
    {
        await using var routers = new SomeRouters();
        // Version 1, which is stable here, was condemned in the other journal.
        JournalEvent[] other = [SomeEvents.Started(SomeEvents.Plan(7, 1)), SomeEvents.RolledBack(1)];
        routers.WriteSnapshot(JournalState.Empty(SomePlan.Model).Apply(SomeEvents.Numbered(other)));
        await routers.AppendAsync(SomeEvents.Applied(SomeEvents.Plan(1)));
        foreach (var more in isLonger
            ? (JournalEvent[])[SomeEvents.RolledBack(3), SomeEvents.Reset(3), SomeEvents.RolledBack(3, trial: 2)]
            : [])
            await routers.AppendAsync(more);
        await routers.ApplyAsync(SomeRouters.Canary2());
        routers.Store.IsUnavailable = true;
        var router = await routers.StartAsync(
            new JournalPace(TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(20)),
            hasSnapshot: true);
        Assert.True(SomeRouters.IsCondemned(router, 1));
        routers.Store.IsUnavailable = false;
        await RunningRouter.UntilAsync(() => !SomeRouters.IsCondemned(router, 1), "the journal replaces the snapshot");
        Assert.Equal(isLonger, SomeRouters.IsCondemned(router, 3));
        Assert.NotEqual(0, await routers.ReachingAsync(router, 1));
        await RunningRouter.UntilAsync(
            async () => (await routers.KindsAsync()).EndsWith("started", StringComparison.Ordinal),
            "the due event is written");
        Assert.Equal((await routers.EventsAsync())[^1].Seq, (await SomeRouters.StatusAsync(router)).LastSeq);
    }

    [Fact]
    public async Task A_snapshot_of_this_journal_is_continued()
    {
        await using var routers = new SomeRouters();
        await routers.AppendAsync(SomeEvents.Started(SomeRouters.Canary2().Rollouts[SomePlan.Model]));
        await routers.AppendAsync(SomeEvents.RolledBack(3));
        routers.WriteSnapshot(JournalState.Empty(SomePlan.Model).Apply(await routers.EventsAsync()));
        await routers.AppendAsync(SomeEvents.RolledBack(2));
        await routers.ApplyAsync(SomeRouters.Canary2());
        var router = await routers.StartAsync(hasSnapshot: true);
        await RunningRouter.UntilAsync(() => SomeRouters.IsCondemned(router, 2), "the journal's later events are read");
        Assert.True(SomeRouters.IsCondemned(router, 3));
    }
}
