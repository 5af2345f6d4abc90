using System.Globalization;
using ModelServing.Contracts;
using ModelServing.Contracts.Admin;
using ModelServing.Contracts.Journal;
using ModelServing.Router.Rollouts;
using ModelServing.Router.Rollouts.Board;
using ModelServing.Services.Tests.Cache;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Router.Rollouts;

/// <summary>A failing canary is rolled back on every router, and stays rolled back with every later plan and router.</summary>
[Collection(RunningRouter.OneAtATime)]
public sealed class RollbackTests
{
    [Fact]
    public async Task Three_routers_write_each_event_once()
    {
        await using var routers = new SomeRouters();
        await routers.ApplyAsync(SomeRouters.OnlyStable(1));
        for (var i = 0; i < 3; i++)
            await routers.StartAsync();
        await routers.UntilKindsAsync("applied");
        await routers.ApplyAsync(SomeRouters.Canary2(500));
        await routers.UntilKindsAsync("applied started");
        await routers.ApplyAsync(SomeRouters.Canary2(1000));
        await routers.UntilKindsAsync("applied started weightMoved");
        await routers.ApplyAsync(SomeRouters.OnlyStable(2));
        await routers.UntilKindsAsync("applied started weightMoved promoted");
        // All routers have read the whole journal and have nothing to add.
        var router = await routers.StartAsync();
        for (var i = 0; i < 10; i++)
            router.Get<JournalKeeper>().OnApplied(PlanUpdate.First(router.Table.Plan with { }));
        await routers.ApplyAsync(SomeRouters.Plan(("canary", 3, 100), ("stable", 2, 9900)));
        await routers.UntilKindsAsync("applied started weightMoved promoted started");
    }

    [Fact]
    public async Task A_failing_canary_loses_its_traffic_on_every_router_and_no_caller_sees_a_failure()
    {
        await using var routers = new SomeRouters(await TestedGarnet.StartAsync());
        await routers.ApplyAsync(SomeRouters.Canary2());
        var first = await routers.StartAsync(SomeRouters.OnlyPushed);
        var others = new[] { await routers.StartAsync(SomeRouters.OnlyPushed), await routers.StartAsync(SomeRouters.OnlyPushed) };
        await routers.UntilKindsAsync("started");
        foreach (var router in others.Append(first))
            await RunningRouter.UntilAsync(
                () => router.Get<RouterCache>().IsReached && router.Get<RolloutBoard>().Reach == JournalReach.Read,
                "all are connected");
        await routers.CondemnAsync(first);
        Assert.Equal(0, await routers.ReachingAsync(first, 2));
        var decided = DateTimeOffset.UtcNow;
        foreach (var other in others)
            await RunningRouter.UntilAsync(() => SomeRouters.IsCondemned(other, 2), "the other routers know");
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"known after {(DateTimeOffset.UtcNow - decided).TotalMilliseconds:0} ms"));
        foreach (var other in others)
            Assert.Equal(0, await routers.ReachingAsync(other, 2));
        await routers.UntilKindsAsync("started rolledBack");
        var written = Assert.IsType<RolledBackEvent>((await routers.EventsAsync())[^1]);
        Assert.Equal((RollbackReason.Guard, 1, "canary"), (written.Reason, written.Trial, written.Variant));
        Assert.Contains("error:", written.Evidence!.Value.GetProperty("summary").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_cache_routers_learn_of_a_rollback_from_the_journal()
    {
        var cache = await TestedGarnet.StartAsync();
        await using var routers = new SomeRouters(cache);
        await routers.ApplyAsync(SomeRouters.Canary2());
        var first = await routers.StartAsync(SomeRouters.OnlyPushed, with: static settings => settings with { RoutersMax = 2 });
        var other = await routers.StartAsync(SomeRouters.OnlyPushed, with: static settings => settings with { RoutersMax = 2 });
        await routers.UntilKindsAsync("started");
        await RunningRouter.UntilAsync(
            () => first.Get<RouterCache>().IsReached && first.Fraud.Watched.Single().Version.Number > 0,
            "the first may decide alone");
        await cache.KillAsync();
        await routers.CondemnAsync(first);
        await RunningRouter.UntilAsync(() => SomeRouters.IsCondemned(other, 2), "the other has read it");
        Assert.Equal(0, await routers.ReachingAsync(other, 2));
    }

    [Fact]
    public async Task A_condemned_version_gets_no_traffic_in_any_plan_until_it_is_reset_and_each_refusal_is_in_the_history()
    {
        await using var routers = new SomeRouters();
        await routers.ApplyAsync(SomeRouters.OnlyStable(1));
        var router = await routers.StartAsync();
        await routers.UntilKindsAsync("applied");
        await routers.ApplyAsync(SomeRouters.Canary2());
        await routers.UntilKindsAsync("applied started");
        await routers.CondemnAsync(router);
        await routers.UntilKindsAsync("applied started rolledBack");
        var kinds = "applied started rolledBack";
        routers.Canary.Recover();
        PlanDocument[] plans =
        [
            SomeRouters.Canary2(6000),
            SomeRouters.Plan(("canary", 2, 5000), ("stable", 3, 5000)),
            SomeRouters.OnlyStable(2),
            SomeRouters.Plan(("one", 2, 3000), ("two", 3, 3000), ("stable", 1, 4000)),
        ];
        foreach (var plan in plans)
        {
            await routers.ApplyAsync(plan);
            Assert.Equal(0, await routers.ReachingAsync(router, 2));
            kinds += " refused";
            await routers.UntilKindsAsync(kinds);
        }

        // A router that starts now never calls it either.
        var born = await routers.StartAsync();
        Assert.Equal(0, await routers.ReachingAsync(born, 2));
        await SomeRouters.ResetAsync(router, 2);
        Assert.NotEqual(0, await routers.ReachingAsync(router, 2));
        await RunningRouter.UntilAsync(() => !SomeRouters.IsCondemned(born, 2), "the other has read it");
        Assert.NotEqual(0, await routers.ReachingAsync(born, 2));
        Assert.Equal(2, router.Fraud.VariantNamed("one")!.Trial);
        Assert.StartsWith(kinds + " reset", await routers.KindsAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plan_with_a_condemned_stable_is_not_served_and_without_the_last_good_pods_the_model_answers_503()
    {
        await using var routers = new SomeRouters();
        await routers.ApplyAsync(SomeRouters.Canary2());
        var router = await routers.StartAsync();
        await routers.UntilKindsAsync("started");
        await routers.CondemnAsync(router);
        routers.Canary.Recover();
        await routers.ApplyAsync(SomeRouters.OnlyStable(2));
        await routers.UntilKindsAsync("started rolledBack refused");
        var born = await routers.StartAsync();
        foreach (var each in new[] { router, born })
        {
            Assert.Equal("v1", (await each.InferAsync()).Text);
            var status = await SomeRouters.StatusAsync(each);
            Assert.Equal((RolloutCondition.Refused, "2"), (status.Condition, status.Condemned.Single().Version.ToString()));
        }

        routers.WriteEndpoints(2, 3);
        foreach (var each in new[] { router, born })
        {
            RawMessage? answer = null;
            await RunningRouter.UntilAsync(async () => (answer = await each.InferAsync()).Status != 200, "the last good version is gone");
            RouterAnswers.AssertProblem(answer!, 503, "condemned-stable");
            RouterAnswers.AssertProblem(await each.AskAsync(RunningRouter.Get("/v2/models/fraud")), 503, "condemned-stable");
            Assert.Equal(0, await routers.ReachingAsync(each, 2));
        }

        // Refused connections are treated as missing endpoints.
        routers.Versions[0].Kill();
        routers.WriteEndpoints(1, 2);
        await RunningRouter.UntilAsync(() => router.Fraud.Stable.Endpoints.Count == 1, "there is one");
        RouterAnswers.AssertProblem(await router.InferAsync(), 503, "condemned-stable");
    }

    [Fact]
    public async Task A_router_that_never_read_the_journal_serves_only_stable_and_reports_it()
    {
        await using var routers = new SomeRouters();
        await routers.ApplyAsync(SomeRouters.Canary2());
        var first = await routers.StartAsync(hasSnapshot: true);
        await routers.UntilKindsAsync("started");
        await routers.CondemnAsync(first);
        await routers.UntilKindsAsync("started rolledBack");
        await RunningRouter.UntilAsync(
            () => ((string[])[routers.SnapshotPath, routers.SnapshotPath + ".changes"]).Any(
                static path => File.Exists(path) && File.ReadAllText(path).Contains("rolledBack", StringComparison.Ordinal)),
            "the snapshot is there");
        await first.DisposeAsync();

        foreach (var hangs in new[] { false, true })
        {
            (routers.Store.IsUnavailable, routers.Store.Hangs) = (!hangs, hangs);
            await routers.ApplyAsync(SomeRouters.Plan(("canary", 3, 5000), ("stable", 1, 5000)));
            var unread = await routers.StartAsync(new JournalPace(
                TimeSpan.FromHours(1),
                TimeSpan.FromHours(1),
                TimeSpan.FromMilliseconds(300)));
            Assert.Equal(0, await routers.ReachingAsync(unread, 3));
            var status = RolloutsStatus.Parse((await SomeRouters.AskAsync(unread, AdminPaths.Rollouts)).Body);
            Assert.Equal((JournalReach.Unread, RolloutCondition.JournalUnread), (status.Journal, status.Models.Single().Condition));
            RouterAnswers.AssertProblem(
                await SomeRouters.PostAsync(unread, AdminPaths.Rollback(SomePlan.Model), """{"version":3,"who":"ann","why":"x"}"""),
                503,
                "journal-unavailable");
            await unread.DisposeAsync();

            await routers.ApplyAsync(SomeRouters.Plan(("one", 2, 3000), ("two", 3, 3000), ("stable", 1, 4000)));
            var known = await routers.StartAsync(
                new JournalPace(TimeSpan.FromHours(1), TimeSpan.FromHours(1), TimeSpan.FromMilliseconds(300)),
                hasSnapshot: true);
            Assert.Equal(JournalReach.Away, RolloutsStatus.Parse((await SomeRouters.AskAsync(known, AdminPaths.Rollouts)).Body).Journal);
            Assert.Equal(0, await routers.ReachingAsync(known, 2));
            Assert.NotEqual(0, await routers.ReachingAsync(known, 3));
            await known.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_rollback_while_the_journal_is_unavailable_takes_effect_and_is_written_later()
    {
        await using var routers = new SomeRouters();
        await routers.ApplyAsync(SomeRouters.Canary2());
        var router = await routers.StartAsync();
        await routers.UntilKindsAsync("started");
        routers.Store.IsUnavailable = true;
        await RunningRouter.UntilAsync(() => router.Get<RolloutBoard>().Reach == JournalReach.Away, "the journal is unavailable");
        await routers.CondemnAsync(router);
        Assert.Equal(0, await routers.ReachingAsync(router, 2));
        Assert.Equal("started", await routers.KindsAsync());
        routers.Store.IsUnavailable = false;
        await routers.UntilKindsAsync("started rolledBack");
        Assert.Equal(0, await routers.ReachingAsync(router, 2));
    }

    [Fact]
    public async Task No_key_leaves_the_canary_while_it_grows_and_keys_move_only_between_arms_that_shrink_and_grow()
    {
        await using var routers = new SomeRouters();
        string[] keys = [.. Enumerable.Range(0, 300).Select(static i => $"c{i}")];
        await routers.ApplyAsync(SomeRouters.Canary2(100));
        var router = await routers.StartAsync();
        var before = new HashSet<string>();
        foreach (var percent in (int[])[1, 5, 25, 50])
        {
            await routers.ApplyAsync(SomeRouters.Canary2(percent * 100));
            var now = await VariantsAsync(router, keys);
            Assert.All(before, key => Assert.Equal("canary", now[key]));
            before = [.. now.Where(static pair => pair.Value == "canary").Select(static pair => pair.Key)];
        }

        Assert.InRange(before.Count, 100, 200);
        int[][] weights = [[3000, 3000, 4000], [1000, 5000, 4000], [4000, 4000, 2000], [2000, 2000, 6000]];
        Dictionary<string, string>? last = null;
        for (var i = 0; i < weights.Length; i++)
        {
            await routers.ApplyAsync(SomeRouters.Plan(("one", 2, weights[i][0]), ("two", 3, weights[i][1]), ("stable", 1, weights[i][2])));
            await RunningRouter.UntilAsync(
                async () =>
                    (await routers.EventsAsync())[^1] is RolloutEvent { Rollout: var served } && served.Variants[0].Weight == weights[i][0],
                "the journal has it");
            var now = await VariantsAsync(router, keys);
            foreach (var key in last is null ? [] : keys.Where(key => last[key] != now[key]))
                Assert.True(Change(i, last![key]) < 0 && Change(i, now[key]) > 0, $"{key} moved from {last[key]} to {now[key]}");
            // A router that starts later takes the same steps, from the journal.
            await using var born = await routers.StartAsync();
            Assert.Equal(now, await VariantsAsync(born, keys));
            last = now;
        }

        int Change(int i, string variant)
        {
            var index = variant == "one" ? 0 : variant == "two" ? 1 : 2;
            return weights[i][index] - weights[i - 1][index];
        }
    }

    private static async Task<Dictionary<string, string>> VariantsAsync(RunningRouter router, string[] keys)
    {
        var variants = new Dictionary<string, string>();
        using var client = await router.ConnectAsync();
        foreach (var key in keys)
        {
            await client.SendAsync(RunningRouter.Infer(headers: $"X-Customer: {key}\r\n"));
            variants[key] = (await client.ReadMessageAsync())!["X-Model-Variant"]!;
        }

        return variants;
    }
}
