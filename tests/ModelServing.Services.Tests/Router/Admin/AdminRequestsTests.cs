using System.Net;
using ModelServing.Contracts.Admin;
using ModelServing.Contracts.Journal;
using ModelServing.Services.Tests.Clients;
using ModelServing.Services.Tests.Router.Rollouts;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Router.Admin;

/// <summary>Who decides by the admin API's account, and what it takes as a request.</summary>
[Collection(RunningRouter.OneAtATime)]
public sealed class AdminRequestsTests
{
    private static readonly string RollbackPath = AdminPaths.Rollback(SomePlan.Model);
    private static readonly string ResetPath = AdminPaths.Reset(SomePlan.Model);

    [Fact]
    public async Task The_journal_names_the_authenticated_client_whoever_the_request_says_it_is()
    {
        await using var routers = new SomeRouters();
        var router = await StartAsync(routers);
        // Control characters would steer the terminal of whoever reads the history.
        Assert.Equal(200, (await SomeRouters.PostAsync(
            router, RollbackPath, """{"version":2,"who":"ev\u001b[2Jil\nline","why":"\u001b]0;pwn\u0007\u202e"}""")).Status);
        await routers.UntilKindsAsync("started rolledBack");
        Assert.Equal(200, (await SomeRouters.PostAsync(router, ResetPath, """{"version":2,"who":"ann","why":"fixed"}""")).Status);
        await SomeRouters.PostAsync(router, RollbackPath, """{"version":2,"who":"crew","why":"again"}""");
        RolloutHistory history = null!;
        await RunningRouter.UntilAsync(
            async () =>
            {
                history = RolloutHistory.Parse((await SomeRouters.AskAsync(router, AdminPaths.History(SomePlan.Model))).Body);
                return history.Events.OfType<RolledBackEvent>().Count() == 2;
            },
            "both rollbacks are in the journal");
        var first = history.Events.OfType<RolledBackEvent>().First();
        Assert.Equal("crew", first.Who);
        Assert.Equal(
            "\uFFFD]0;pwn\uFFFD\uFFFD (on behalf of ev\uFFFD[2Jil\uFFFDline)", first.Evidence!.Value.GetProperty("summary").GetString());
        var reset = history.Events.OfType<ResetEvent>().Single();
        Assert.Equal(("crew", "fixed (on behalf of ann)"), (reset.Who, reset.Why));
        var last = history.Events.OfType<RolledBackEvent>().Last();
        Assert.Equal(("crew", "again"), (last.Who, last.Evidence!.Value.GetProperty("summary").GetString()));
    }

    [Fact]
    public async Task Null_members_are_as_good_as_absent_and_a_member_may_not_occur_twice()
    {
        await using var routers = new SomeRouters();
        var router = await StartAsync(routers);
        foreach (var (body, name) in ((string, string)[])
            [("""{"version":2,"why":"a","why":"b"}""", "why"), ("""{"version":2,"versio\u006e":3,"why":"a"}""", "version")])
        {
            var refused = await SomeRouters.PostAsync(router, RollbackPath, body);
            RouterAnswers.AssertProblem(refused, 400, "bad-request");
            Assert.Contains($"a member is duplicated ($.{name})", refused.Text, StringComparison.Ordinal);
        }

        Assert.Equal(
            200,
            (await SomeRouters.PostAsync(router, RollbackPath, """{"who":null,"version":2,"force":null,"why":"a"}""")).Status);
    }

    [Theory]
    [InlineData("Content-Encoding: BR\r\nContent-Length: 2\r\n\r\n{}", 415, "identity")]
    [InlineData("Content-Type: application/x-protobuf\r\nContent-Length: 2\r\n\r\n{}", 415, null)]
    [InlineData("Transfer-Encoding: gzip, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", 415, null)]
    [InlineData("Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF44\r\n{}\r\n0\r\n\r\n", 400, null)]
    [InlineData("Transfer-Encoding: chunked\r\n\r\nfive\r\n{}\r\n0\r\n\r\n", 400, null)]
    public async Task A_body_that_can_not_be_read_is_refused(string rest, int status, string? encodings)
    {
        await using var routers = new SomeRouters();
        var router = await StartAsync(routers);
        var answer = await router.SendAdminAsync(
            $"POST {RollbackPath} HTTP/1.1\r\nHost: r\r\n{SomeClients.Key(SomeClients.OperatorKey)}{rest}");
        RouterAnswers.AssertProblem(answer, status, status == 415 ? "unsupported-body" : "bad-request");
        Assert.Equal(encodings, answer["Accept-Encoding"]);
    }

    [Fact]
    public async Task HEAD_is_answered_as_GET()
    {
        await using var routers = new SomeRouters();
        var router = await StartAsync(routers);
        string[] paths = [AdminPaths.Rollouts, AdminPaths.History(SomePlan.Model), AdminPaths.Predictions, "/metrics", "/v2/health/ready"];
        foreach (var path in paths)
        {
            var get = await SomeRouters.AskAsync(router, path);
            using var client = await RawConnection.ConnectAsync(IPEndPoint.Parse(router.Admin.Authority));
            await client.SendAsync(
                $"HEAD {path} HTTP/1.1\r\nHost: r\r\nConnection: close\r\n{SomeClients.Key(SomeClients.OperatorKey)}\r\n");
            var head = (await client.ReadMessageAsync(toHead: true))!;
            Assert.Equal((get.Status, get["Content-Type"]), (head.Status, head["Content-Type"]));
            // The figures may have another length a moment later.
            Assert.NotNull(get["Content-Length"]);
            Assert.NotNull(head["Content-Length"]);
            Assert.Null(await client.ReadMessageAsync());
        }

        Assert.Equal("GET, HEAD", (await SomeRouters.PostAsync(router, AdminPaths.Rollouts, "{}"))["Allow"]);
    }

    private static async Task<RunningRouter> StartAsync(SomeRouters routers)
    {
        await routers.ApplyAsync(SomeRouters.Canary2());
        var router = await routers.StartAsync();
        await routers.UntilKindsAsync("started");
        return router;
    }
}
