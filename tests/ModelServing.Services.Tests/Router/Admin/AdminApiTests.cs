using ModelServing.Contracts;
using ModelServing.Contracts.Admin;
using ModelServing.Contracts.Journal;
using ModelServing.Services.Tests.Router.Rollouts;

namespace ModelServing.Services.Tests.Router.Admin;

/// <summary>The status that operators see, and their decisions.</summary>
[Collection(RunningRouter.OneAtATime)]
public sealed class AdminApiTests
{
    private static readonly string RollbackPath = AdminPaths.Rollback(SomePlan.Model);
    private static readonly string ResetPath = AdminPaths.Reset(SomePlan.Model);

    [Fact]
    public async Task An_operators_rollback_is_in_effect_when_it_is_answered_and_a_reset_starts_the_next_trial()
    {
        await using var routers = new SomeRouters();
        await routers.ApplyAsync(SomeRouters.Canary2());
        var router = await routers.StartAsync();
        await routers.UntilKindsAsync("started");
        Assert.NotEqual(0, await routers.ReachingAsync(router, 2));

        var status = ModelStatus.Parse((await SomeRouters.PostAsync(
            router,
            RollbackPath,
            """{"version":2,"who":"ann","why":"it is odd"}""")).Body);
        Assert.Equal((5000, 0), (status.Variants[1].PlannedWeight, status.Variants[1].ServedWeight));
        var condemned = status.Condemned.Single();
        Assert.Equal(
            ("2", 1, "operator", "crew", "it is odd (on behalf of ann)"),
            (condemned.Version.ToString(), condemned.Trial, condemned.Reason, condemned.Who, condemned.Summary));
        Assert.Equal(0, await routers.ReachingAsync(router, 2));
        RouterAnswers.AssertProblem(
            await SomeRouters.PostAsync(router, RollbackPath, """{"version":2,"who":"ann","why":"again"}"""),
            409,
            "conflict");
        await routers.UntilKindsAsync("started rolledBack");
        await router.AssertCountAsync(1, "modelserving_router_condemned", "model=\"fraud\"", "version=\"2\"");

        status = ModelStatus.Parse((await SomeRouters.PostAsync(router, ResetPath, """{"version":2,"who":"bob","why":"fixed"}""")).Body);
        Assert.Equal((2, 5000), (status.Variants[1].Trial, status.Variants[1].ServedWeight));
        Assert.Empty(status.Condemned);
        Assert.NotEqual(0, await routers.ReachingAsync(router, 2));
        RouterAnswers.AssertProblem(
            await SomeRouters.PostAsync(router, ResetPath, """{"version":2,"who":"bob","why":"again"}"""),
            409,
            "conflict");

        var history = RolloutHistory.Parse((await SomeRouters.AskAsync(router, AdminPaths.History(SomePlan.Model))).Body);
        Assert.Equal(["started", "rolledBack", "reset"], history.Events.Take(3).Select(static one => one.Kind));
        history = RolloutHistory.Parse((await SomeRouters.AskAsync(router, AdminPaths.History(SomePlan.Model) + "?after=2")).Body);
        Assert.Equal(3, history.Events[0].Seq);
    }

    [Fact]
    public async Task A_serving_stable_is_rolled_back_only_if_another_version_is_ready_or_by_force()
    {
        await using var routers = new SomeRouters();
        await routers.ApplyAsync(SomeRouters.OnlyStable(1));
        var router = await routers.StartAsync();
        await routers.UntilKindsAsync("applied");
        RouterAnswers.AssertProblem(
            await SomeRouters.PostAsync(router, RollbackPath, """{"version":1,"who":"ann","why":"x"}"""),
            409,
            "conflict");
        await routers.ApplyAsync(SomeRouters.OnlyStable(2));
        await routers.UntilKindsAsync("applied applied");
        Assert.Equal("v2", (await router.InferAsync()).Text);
        var status = ModelStatus.Parse((await SomeRouters.PostAsync(router, RollbackPath, """{"version":2,"who":"ann","why":"x"}""")).Body);
        Assert.Equal(RolloutCondition.Refused, status.Condition);
        Assert.Equal("v1", (await router.InferAsync()).Text);
        RouterAnswers.AssertProblem(
            await SomeRouters.PostAsync(router, RollbackPath, """{"version":1,"who":"ann","why":"x"}"""),
            409,
            "conflict");
        status = ModelStatus.Parse((await SomeRouters.PostAsync(
            router,
            RollbackPath,
            """{"version":1,"who":"ann","why":"x","force":true}""")).Body);
        Assert.Equal(RolloutCondition.CondemnedStable, status.Condition);
        RouterAnswers.AssertProblem(await router.InferAsync(), 503, "condemned-stable");
        Assert.Equal(200, (await SomeRouters.AskAsync(router, AdminPaths.Rollouts)).Status);
    }

    [Fact]
    public async Task Invalid_requests_change_nothing_and_the_router_survives()
    {
        await using var routers = new SomeRouters();
        await routers.ApplyAsync(SomeRouters.Canary2());
        var router = await routers.StartAsync();
        await routers.UntilKindsAsync("started");
        foreach (var path in new[] { RollbackPath, ResetPath })
        {
            foreach (var body in new[]
            {
                "",
                "{",
                "null",
                "[]",
                """{"version":2}""",
                """{"version":0,"who":"a","why":"b"}""",
                """{"version":2,"who":"a","why":"b","more":1}""",
                new string(' ', 20_000),
            })
                RouterAnswers.AssertProblem(await SomeRouters.PostAsync(router, path, body), 400, "bad-request");
            Assert.Equal("POST", (await SomeRouters.AskAsync(router, path))["Allow"]);
        }

        var who = new string('a', RolledBackEvent.MaxWho + 1);
        RouterAnswers.AssertProblem(
            await SomeRouters.PostAsync(router, RollbackPath, $$"""{"version":2,"who":"{{who}}","why":"b"}"""),
            400,
            "bad-request");
        RouterAnswers.AssertProblem(
            await SomeRouters.PostAsync(router, RollbackPath, """{"version":9,"who":"a","why":"b"}"""),
            404,
            "unknown-version");
        RouterAnswers.AssertProblem(
            await SomeRouters.PostAsync(router, AdminPaths.Rollback(ModelName.Parse("churn")), """{"version":2,"who":"a","why":"b"}"""),
            404,
            "unknown-model");
        RouterAnswers.AssertProblem(
            await SomeRouters.AskAsync(router, AdminPaths.History(SomePlan.Model) + "?after=-1"),
            400,
            "bad-request");
        RouterAnswers.AssertProblem(await SomeRouters.AskAsync(router, AdminPaths.Rollouts + "/fraud/else"), 404, "no-such-path");
        RouterAnswers.AssertProblem(await SomeRouters.PostAsync(router, AdminPaths.Rollouts, "{}"), 405, "method-not-allowed");
        Assert.Equal("started", await routers.KindsAsync());
        Assert.NotEqual(0, await routers.ReachingAsync(router, 2));
    }

    [Fact]
    public async Task The_admin_API_is_for_operators_and_on_its_own_port_only()
    {
        await using var routers = new SomeRouters();
        await routers.ApplyAsync(SomeRouters.OnlyStable(1));
        var router = await routers.StartAsync();
        RouterAnswers.AssertProblem(await router.AskAdminAsync(AdminPaths.Rollouts), 403, "forbidden");
        foreach (var path in (string[])["/admin", AdminPaths.Prefix, AdminPaths.Rollouts, AdminPaths.History(SomePlan.Model)])
            RouterAnswers.AssertProblem(
                await router.AskAsync(RunningRouter.Get(path, Clients.SomeClients.Key(Clients.SomeClients.OperatorKey))),
                404,
                "no-such-path");
        Assert.Equal(200, (await SomeRouters.AskAsync(router, AdminPaths.Rollouts)).Status);
    }

    [Theory]
    [InlineData("/v2/models/fraud")]
    [InlineData("/v2/models/fraud/versions/1/infer")]
    [InlineData("/v2")]
    [InlineData("/")]
    [InlineData("/admin")]
    public async Task The_admin_port_answers_nothing_else(string path)
    {
        await using var routers = new SomeRouters();
        await routers.ApplyAsync(SomeRouters.OnlyStable(1));
        var router = await routers.StartAsync();
        RouterAnswers.AssertProblem(await SomeRouters.AskAsync(router, path), 404, "no-such-path");
        RouterAnswers.AssertProblem(await SomeRouters.PostAsync(router, path, "{}"), 404, "no-such-path");
        Assert.Equal(0, routers.Versions[0].Seen);
    }

    [Theory]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    [InlineData("/v2/health/live")]
    [InlineData("/v2/health/ready")]
    public async Task The_admin_port_answers_health_checks(string path)
    {
        await using var routers = new SomeRouters();
        await routers.ApplyAsync(SomeRouters.OnlyStable(1));
        Assert.Equal(200, (await (await routers.StartAsync()).AskAdminAsync(path)).Status);
    }

    [Fact]
    public async Task A_reset_needs_the_journal()
    {
        await using var routers = new SomeRouters();
        await routers.ApplyAsync(SomeRouters.Canary2());
        var router = await routers.StartAsync();
        await routers.UntilKindsAsync("started");
        Assert.Equal(200, (await SomeRouters.PostAsync(router, RollbackPath, """{"version":2,"who":"ann","why":"x"}""")).Status);
        await routers.UntilKindsAsync("started rolledBack");
        routers.Store.IsUnavailable = true;
        RouterAnswers.AssertProblem(
            await SomeRouters.PostAsync(router, ResetPath, """{"version":2,"who":"bob","why":"x"}"""),
            503,
            "journal-unavailable");
        RouterAnswers.AssertProblem(await SomeRouters.AskAsync(router, AdminPaths.History(SomePlan.Model)), 503, "journal-unavailable");
        Assert.Equal(0, await routers.ReachingAsync(router, 2));

        var forgetful = await routers.StartAsync(with: static settings => settings with { Journal = null });
        Assert.Equal(200, (await SomeRouters.PostAsync(forgetful, RollbackPath, """{"version":2,"who":"ann","why":"x"}""")).Status);
        Assert.Equal(0, await routers.ReachingAsync(forgetful, 2));
    }
}
