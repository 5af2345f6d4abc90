using System.Text;
using ModelServing.Cache;
using ModelServing.Cache.Guard;
using ModelServing.Contracts;
using ModelServing.Contracts.Admin;
using ModelServing.Contracts.Journal;
using ModelServing.Rollout.Guard;
using ModelServing.Services.Tests.Cache;
using ModelServing.Services.Tests.Router;
using ModelServing.Services.Tests.Router.Rollouts;

namespace ModelServing.Services.Tests.Compatibility;

/// <summary>A router of this release joins an environment whose plan, journal and counts the recorded release wrote, as it does during an
/// update.</summary>
[Collection(RunningRouter.OneAtATime)]
public sealed class OldRouterTests
{
    private const string Environment = "local";
    private const int FailuresOfTheOldOne = 4;

    private static readonly ModelVersion Canary = new(2);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_new_router_beside_an_old_one_serves_the_same_plan_and_adds_up_with_it()
    {
        var cache = await TestedGarnet.StartAsync();
        await using var routers = new SomeRouters(cache);
        var events = RecordedDocuments.Events("fraud");
        for (var i = 0; i < events.Length; i++)
            routers.Damage(SomePlan.Model, i + 1, events[i]);
        routers.Write("plan.json", RecordedDocuments.Read("plan.json"));
        var shared = new TrialCounts(cache.Open(), Environment, new VersionTrial(SomePlan.Model, Canary, 2));
        await shared.WriteAsync(Guid.NewGuid(), RecordedDocuments.Read("guard-counts"), Token);
        // A third router, of a release that is neither of the two.
        var later = RecordedDocuments.Read("guard-counts");
        later[0]++;
        await shared.WriteAsync(Guid.NewGuid(), later, Token);

        var router = await routers.StartAsync();
        await RunningRouter.UntilAsync(() => router.Get<ModelServing.Router.Rollouts.RouterCache>().IsReached, "the cache is reached");
        Assert.Equal(2, router.Fraud.State!.TrialOf(Canary));
        Assert.InRange(await routers.ReachingAsync(router, 2), 20, 80);

        // Its failures are added to those of the old router; the counts that it can't read are left out, for both variants.
        routers.Canary.Fail();
        while (routers.Canary.Failed < 3)
            Assert.Equal("v1", (await router.InferAsync()).Text);
        await RunningRouter.UntilAsync(
            () => Sum()?.Watched == FailuresOfTheOldOne + routers.Canary.Failed,
            "the failures of both are added up");
        Assert.Equal(1, Sum()!.Value.Other);
        Assert.False(SomeRouters.IsCondemned(router, 2));

        // It has nothing to add to the journal of a rollout that the old one has recorded.
        Assert.Equal(events.Length, (await routers.EventsAsync()).Count);

        // A person's decision at the new router is an event that the old one reads.
        var body = Encoding.UTF8.GetString(new RollbackRequest(Canary, "wrong for new customers", "ann").ToUtf8());
        var answer = await SomeRouters.PostAsync(router, AdminPaths.Rollback(SomePlan.Model), body);
        Assert.True(answer.Status == 200, answer.Text);
        await RunningRouter.UntilAsync(
            async () => (await routers.EventsAsync()).Count > events.Length, "the decision is in the journal");
        var written = Assert.IsType<RolledBackEvent>((await routers.EventsAsync())[^1]);
        Assert.Equal((events.Length + 1, 2), (written.Seq, written.Trial));
        Assert.Empty(DocumentMembers.InJson(written.ToUtf8())
            .Except(DocumentMembers.InJson(RecordedDocuments.Read("journal-fraud.jsonl"))));

        (long Watched, long Other)? Sum() => router.Fraud.Watched.Single().Version.Last?.Counts.All.Total(GuardKind.Error);
    }
}
