using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Router;

[Collection(RunningRouter.OneAtATime)]
public class RouterTests
{
    [Fact]
    public async Task A_request_reaches_its_version_and_the_answer_names_it()
    {
        RawMessage? seen = null;
        await using var endpoint = RawServer.Answering(request =>
        {
            seen = request;
            return RawServer.Ok("""{"outputs":[]}""");
        });
        await using var router = await RunningRouter.StartAsync(endpoint);
        var answer = await router.InferAsync("""{"inputs":[]}""", "Content-Type: application/json\r\n");

        Assert.Equal("POST /v2/models/fraud/versions/1/infer HTTP/1.1", seen!.StartLine);
        Assert.Equal("""{"inputs":[]}""", seen.Text);
        Assert.Equal("application/json", seen["Content-Type"]);
        Assert.Equal(endpoint.Address.ToString(), seen["Host"]);
        Assert.Equal("HTTP/1.1 200 OK", answer.StartLine);
        Assert.Equal("""{"outputs":[]}""", answer.Text);
        Assert.Equal("1", answer["X-Model-Version"]);
        Assert.Equal("stable", answer["X-Model-Variant"]);
        Assert.True(Ulid.TryParse(answer["X-Request-Id"], out _));
        Assert.Equal(seen["X-Request-Id"], answer["X-Request-Id"]);
    }

    [Fact]
    public async Task An_answer_has_the_times_of_the_router_and_those_of_its_version()
    {
        await using var endpoint = RawServer.Answering(static _ =>
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nserver-timing: queue;dur=1.5\r\nServer-Timing: model;dur=2\r\n\r\n{}");
        await using var router = await RunningRouter.StartAsync(endpoint);
        Assert.Matches(
            @"^routing;dur=\d+\.\d{3}, version;dur=\d+\.\d{3}, queue;dur=1\.5, model;dur=2$",
            Assert.Single((await router.InferAsync()).All("Server-Timing")));
    }

    [Fact]
    public async Task A_version_learns_which_versions_its_model_has_unless_the_path_names_it()
    {
        RawMessage? seen = null;
        await using var endpoint = RawServer.Answering(request =>
        {
            seen = request;
            return RawServer.Ok("{}");
        });
        await using var router = await RunningRouter.StartAsync(
            SomePlan.Canary(3000), SomePlan.Endpoints((1, endpoint.Address), (2, endpoint.Address)));
        // What a client says about it does not count.
        foreach (var (path, versions) in ((string, string?)[])[("", "1,2"), ("/versions/2", null)])
        {
            var answer = await router.AskAsync($"GET /v2/models/fraud{path} HTTP/1.1\r\nHost: a\r\nX-Model-Versions: 9\r\n\r\n");
            Assert.Equal((200, versions), (answer.Status, seen!["X-Model-Versions"]));
        }
    }

    [Fact]
    public async Task A_problem_of_the_router_has_its_times()
    {
        await using var endpoint = new RawServer(static connection => connection.ReadToEndAsync());
        await using var router = await RunningRouter.StartAsync(endpoint, deadlineMilliseconds: 50);
        var answer = await router.InferAsync();
        answer.AssertProblem(504, "deadline");
        Assert.Matches(@"^routing;dur=\d+\.\d{3}, version;dur=\d+\.\d{3}$", answer["Server-Timing"]);
    }

    [Fact]
    public async Task One_connection_serves_many_requests_in_turn_on_both_sides()
    {
        await using var endpoint = RawServer.Answering(static request => RawServer.Ok(request.Text));
        await using var router = await RunningRouter.StartAsync(endpoint);
        using var client = await router.ConnectAsync();
        for (var i = 0; i < 50; i++)
        {
            await client.SendAsync(RunningRouter.Infer($"{i}"));
            Assert.Equal($"{i}", (await client.ReadMessageAsync())!.Text);
        }

        Assert.Equal(1, endpoint.Accepted);
    }

    [Fact]
    public async Task The_split_follows_the_weights_and_a_routing_key_sticks()
    {
        await using var one = RawServer.Saying("one");
        await using var two = RawServer.Saying("two");
        await using var router = await RunningRouter.StartAsync();
        router.Swap(SomePlan.Canary(3000, routingKey: "X-Customer"), SomePlan.Endpoints((1, one.Address), (2, two.Address)));
        using var client = await router.ConnectAsync();
        var canary = 0;
        for (var i = 0; i < 1000; i++)
        {
            await client.SendAsync(RunningRouter.Infer());
            var answer = (await client.ReadMessageAsync())!;
            Assert.Equal(answer.Text == "two" ? ("canary", "2") : ("stable", "1"), (answer["X-Model-Variant"], answer["X-Model-Version"]));
            canary += answer.Text == "two" ? 1 : 0;
        }

        Assert.InRange(canary, 300 - 73, 300 + 73); // five standard deviations
        for (var customer = 0; customer < 10; customer++)
        {
            var variants = new HashSet<string>();
            for (var i = 0; i < 5; i++)
            {
                await client.SendAsync(RunningRouter.Infer(headers: $"X-Customer: {customer}\r\n"));
                variants.Add((await client.ReadMessageAsync())!.Text);
            }

            Assert.Single(variants);
        }
    }

    [Fact]
    public async Task A_routing_key_is_hashed_as_the_bytes_that_the_client_sent()
    {
        await using var one = RawServer.Saying("one");
        await using var two = RawServer.Saying("two");
        await using var router = await RunningRouter.StartAsync();
        var plan = SomePlan.Canary(5000, routingKey: "X-Customer");
        router.Swap(plan, SomePlan.Endpoints((1, one.Address), (2, two.Address)));
        var assignment = new ModelServing.Rollout.Assignment(plan.Rollouts[SomePlan.Model]);
        for (var i = 0; i < 20; i++)
        {
            var key = System.Text.Encoding.UTF8.GetBytes($"zoë {i}");
            var answer = await router.InferAsync(headers: $"X-Customer: {System.Text.Encoding.Latin1.GetString(key)}\r\n");
            Assert.Equal(assignment.VariantOf(key) == 0 ? "two" : "one", answer.Text);
        }
    }

    [Fact]
    public async Task A_path_that_names_a_version_is_pinned_to_it()
    {
        await using var one = RawServer.Saying("one");
        await using var two = RawServer.Saying("two");
        await using var three = RawServer.Saying("three");
        await using var router = await RunningRouter.StartAsync();
        router.Swap(SomePlan.Canary(0), SomePlan.Endpoints((1, one.Address), (2, two.Address), (3, three.Address)));
        foreach (var (version, text) in ((int, string)[])[(1, "one"), (2, "two"), (3, "three")])
        {
            var answer = await router.InferAsync(path: $"/v2/models/fraud/versions/{version}/infer");
            answer.AssertAnswer(200, text, variant: "pinned", version: $"{version}");
        }
    }

    [Fact]
    public async Task A_version_that_is_kept_warm_may_be_pinned_and_is_known_even_without_an_endpoint()
    {
        await using var kept = RawServer.Saying("kept");
        await using var router = await RunningRouter.StartAsync();
        const string Pinned = "/v2/models/fraud/versions/3/infer";
        router.Swap(SomePlan.Stable().Keeping(3), SomePlan.Endpoints());
        (await router.InferAsync(path: Pinned)).AssertProblem(503, "no-ready-endpoint");
        router.Swap(SomePlan.Stable().Keeping(3), SomePlan.Endpoints((3, kept.Address)));
        Assert.Equal("kept", (await router.InferAsync(path: Pinned)).Text);
        (await router.InferAsync()).AssertProblem(503, "no-ready-endpoint");
        router.Swap(SomePlan.Stable(), SomePlan.Endpoints());
        (await router.InferAsync(path: Pinned)).AssertProblem(404, "unknown-version");
    }

    [Theory]
    [InlineData("/v2/models/fraud", "GET /v2/models/fraud/versions/1 HTTP/1.1")]
    [InlineData("/v2/models/fraud/ready", "GET /v2/models/fraud/versions/1/ready HTTP/1.1")]
    [InlineData("/v2/models/fraud/versions/1/ready?verbose=1&x=%2F", "GET /v2/models/fraud/versions/1/ready?verbose=1&x=%2F HTTP/1.1")]
    [InlineData("/v2/models/%66raud/ready", "GET /v2/models/fraud/versions/1/ready HTTP/1.1")]
    [InlineData("/v2/models/other/../fraud/ready", "GET /v2/models/fraud/versions/1/ready HTTP/1.1")]
    [InlineData("http://elsewhere/v2/models/fraud/ready", "GET /v2/models/fraud/versions/1/ready HTTP/1.1")]
    public async Task A_version_gets_its_own_path_however_the_client_spelled_it(string path, string startLine)
    {
        var seen = "";
        await using var endpoint = RawServer.Answering(request =>
        {
            seen = request.StartLine;
            return RawServer.Ok("{}");
        });
        await using var router = await RunningRouter.StartAsync(endpoint);
        var host = path.StartsWith("http", StringComparison.Ordinal) ? "elsewhere" : "router";
        var answer = await router.AskAsync(RunningRouter.Get(path).Replace("Host: router", $"Host: {host}", StringComparison.Ordinal));
        Assert.Equal(200, answer.Status);
        Assert.Equal(startLine, seen);
    }

    [Theory]
    [InlineData("POST", "/v2/models/fraud/infr", 404, "no-such-path")]
    [InlineData("POST", "/v2/models//infer", 404, "no-such-path")]
    [InlineData("POST", "/v2/models/fraud%2Finfer", 404, "unknown-model")]
    [InlineData("POST", "/v2/models/other/infer", 404, "unknown-model")]
    [InlineData("POST", "/v2/models/FRAUD/infer", 404, "unknown-model")]
    [InlineData("POST", "/v2/models/fraud/versions/7/infer", 404, "unknown-version")]
    [InlineData("POST", "/v2/models/fraud/versions/01/infer", 404, "unknown-version")]
    [InlineData("GET", "/v2/models/fraud/infer", 405, "method-not-allowed")]
    [InlineData("post", "/v2/models/fraud/infer", 405, "method-not-allowed")]
    [InlineData("POST", "/v2/models/fraud/ready", 405, "method-not-allowed")]
    [InlineData("DELETE", "/v2/models/fraud", 405, "method-not-allowed")]
    [InlineData("GET", "/elsewhere", 404, "no-such-path")]
    [InlineData("GET", "/favicon.ico", 404, "no-such-path")]
    [InlineData("GET", "/a.b/c.d", 404, "no-such-path")]
    [InlineData("POST", "/v2/models", 405, "method-not-allowed")]
    [InlineData("DELETE", "/health/ready", 405, "method-not-allowed")]
    [InlineData("POST", "/health/live", 405, "method-not-allowed")]
    [InlineData("POST", "/v2/health/ready", 405, "method-not-allowed")]
    [InlineData("POST", "/v2", 405, "method-not-allowed")]
    public async Task A_request_that_cannot_be_routed_gets_a_problem(string method, string path, int status, string reason)
    {
        await using var endpoint = RawServer.Saying("{}");
        await using var router = await RunningRouter.StartAsync(endpoint);
        var answer = await router.AskAsync($"{method} {path} HTTP/1.1\r\nHost: router\r\nContent-Length: 0\r\n\r\n");
        answer.AssertProblem(status, reason);
        Assert.True(RequestIds.IsValid(answer[HeaderNames.RequestId]));
        Assert.Equal(status == 405, answer["Allow"] is not null);
        Assert.Equal(0, endpoint.Accepted);
    }

    [Theory]
    [InlineData("/v2")]
    [InlineData("/v2/models")]
    [InlineData("/v2/health/ready")]
    [InlineData("/health/live")]
    [InlineData("/metrics")]
    [InlineData("/openapi.json")]
    public async Task Every_answer_has_a_request_identifier(string path)
    {
        await using var endpoint = RawServer.Saying("{}");
        await using var router = await RunningRouter.StartAsync(endpoint);
        var answer = await router.AskAsync(RunningRouter.Get(path));
        Assert.Equal(200, answer.Status);
        Assert.True(RequestIds.IsValid(answer[HeaderNames.RequestId]));
    }

    [Fact]
    public async Task The_models_are_listed_by_name()
    {
        await using var endpoint = RawServer.Saying("{}");
        await using var router = await RunningRouter.StartAsync(endpoint);
        var plan = SomePlan.Stable();
        plan.Rollouts[ModelName.Parse("churn")] = plan.Rollouts[SomePlan.Model];
        router.Swap(plan, SomePlan.Endpoints((1, endpoint.Address)));
        Assert.Equal("""{"models":["churn","fraud"]}""", (await router.AskAsync(RunningRouter.Get("/v2/models"))).Text);

        await using var other = await RunningRouter.StartAsync();
        (await other.AskAsync(RunningRouter.Get("/v2/models"))).AssertProblem(503, "no-plan");
    }

    [Fact]
    public async Task A_HEAD_request_gets_the_head_of_a_problem_and_the_connection_stays_open()
    {
        await using var endpoint = RawServer.Saying("{}");
        await using var router = await RunningRouter.StartAsync(endpoint);
        using var client = await router.ConnectAsync();
        await client.SendAsync("HEAD /v2/models/churn HTTP/1.1\r\nHost: router\r\n\r\n");
        Assert.Equal(404, (await client.ReadMessageAsync(toHead: true))!.Status);
        await client.SendAsync(RunningRouter.Infer());
        Assert.Equal(200, (await client.ReadMessageAsync())!.Status);
    }

    [Fact]
    public async Task Without_a_plan_or_an_endpoint_the_answer_is_503_with_Retry_After()
    {
        await using var router = await RunningRouter.StartAsync();
        var answer = await router.InferAsync();
        answer.AssertProblem(503, "no-plan");
        Assert.Equal("1", answer["Retry-After"]);
        Assert.Equal(503, (await router.AskAsync(RunningRouter.Get("/health/ready"))).Status);
        Assert.Equal(200, (await router.AskAsync(RunningRouter.Get("/health/live"))).Status);

        router.Swap(SomePlan.Stable(), SomePlan.Endpoints());
        answer = await router.InferAsync();
        answer.AssertProblem(503, "no-ready-endpoint");
        Assert.Equal("1", answer["Retry-After"]);

        router.Swap(SomePlan.Stable(), SomePlan.Endpoints((1, RawServer.NobodyThere()), (1, RawServer.NobodyThere())));
        answer = await router.InferAsync();
        answer.AssertProblem(503, "no-ready-endpoint");
        Assert.Equal("1", answer["Retry-After"]);
        Assert.Equal("1", answer["X-Model-Version"]);
    }

    [Fact]
    public async Task A_refused_connection_goes_to_the_next_endpoint()
    {
        await using var endpoint = RawServer.Saying("here");
        await using var router = await RunningRouter.StartAsync([RawServer.NobodyThere(), endpoint.Address, RawServer.NobodyThere()]);
        for (var i = 0; i < 6; i++)
            Assert.Equal("here", (await router.InferAsync()).Text);
    }

    [Fact]
    public async Task The_router_answers_the_servers_own_paths()
    {
        await using var endpoint = RawServer.Saying("{}");
        await using var router = await RunningRouter.StartAsync(endpoint);
        Assert.Contains("modelserving-router", (await router.AskAsync(RunningRouter.Get("/v2"))).Text, StringComparison.Ordinal);
        Assert.Equal("""{"live":true}""", (await router.AskAsync(RunningRouter.Get("/v2/health/live"))).Text);
        Assert.Equal("""{"ready":true}""", (await router.AskAsync(RunningRouter.Get("/v2/health/ready"))).Text);
        // Only the last one asks the version.
        Assert.Equal(1, endpoint.Accepted);
    }

    [Fact]
    public async Task The_protocols_ready_names_the_models_that_can_not_answer_and_the_probes_path_does_not_care()
    {
        await using var endpoint = RawServer.Saying("{}");
        await using var router = await RunningRouter.StartAsync(endpoint);
        var plan = SomePlan.Canary(500);
        plan.Rollouts[ModelName.Parse("lin")] = plan.Rollouts[SomePlan.Model];

        // The canary has no endpoint, but stable answers for it. The other model has none at all.
        router.Swap(plan, SomePlan.Endpoints((1, endpoint.Address)));
        var ready = await router.AskAsync(RunningRouter.Get("/v2/health/ready"));
        Assert.Equal(503, ready.Status);
        Assert.Equal(
            """{"ready":false,"models":[{"name":"lin","reason":"no endpoint of its stable version 1 is ready"}]}""", ready.Text);
        Assert.Equal("ok\n", (await router.AskAsync(RunningRouter.Get(InferencePaths.HealthReady))).Text);

        plan.Rollouts.Remove(ModelName.Parse("lin"));
        router.Swap(plan, SomePlan.Endpoints((1, endpoint.Address)));
        Assert.Equal("""{"ready":true}""", (await router.AskAsync(RunningRouter.Get("/v2/health/ready"))).Text);

        router.Readiness.NotReady("no plan");
        Assert.Equal(
            """{"ready":false,"reason":"no plan"}""", (await router.AskAsync(RunningRouter.Get("/v2/health/ready"))).Text);
    }
}
