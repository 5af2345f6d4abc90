using ModelServing.Cli;
using ModelServing.Cli.Rollouts;
using ModelServing.Contracts;
using ModelServing.Contracts.Admin;
using ModelServing.Services.Tests.Router;
using ModelServing.TestKit;
using static ModelServing.Services.Tests.Clients.SomeClients;

namespace ModelServing.Services.Tests.Clients;

/// <summary>Which clients a whole router admits, and how it answers the others.</summary>
[Collection(RunningRouter.OneAtATime)]
public sealed class AdmissionTests : IAsyncDisposable
{
    private const string Refused = "modelserving_router_refused_requests_total";

    private readonly RawServer endpoint;
    private RawMessage? seen;

    public AdmissionTests() => endpoint = RawServer.Answering(request =>
    {
        seen = request;
        return RawServer.Ok("{}");
    });

    public ValueTask DisposeAsync() => endpoint.DisposeAsync();

    [Fact]
    public async Task A_client_with_its_key_is_answered_and_the_version_sees_no_key()
    {
        await using var router = await RunningRouter.StartAsync(endpoint, Keys());
        Assert.Equal(200, (await router.InferAsync(headers: Key(CallerKey))).Status);
        Assert.Null(seen!["X-API-Key"]);
    }

    [Fact]
    public async Task Every_key_of_a_client_counts()
    {
        var clients = Keys() with { Clients = new() { [ModelName.Parse("a")] = Entry(ClientRole.Caller, "old", "new") } };
        await using var router = await RunningRouter.StartAsync(endpoint, clients);
        Assert.Equal(200, (await router.InferAsync(headers: Key("old"))).Status);
        Assert.Equal(200, (await router.InferAsync(headers: Key("new"))).Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("X-API-Key: msk_other\r\n")]
    [InlineData("X-API-Key: \r\n")]
    [InlineData("X-API-Key: msk_caller2\r\n")]
    [InlineData("X-API-Key: msk_calle\r\n")]
    [InlineData("X-API-Key: 0000000000000000000000000000000000000000000000000000000000000000\r\n")]
    [InlineData("Authorization: msk_caller\r\n")]
    [InlineData("Authorization: Basic bXNrX2NhbGxlcjo=\r\n")]
    [InlineData("Authorization: Bearer msk_caller\r\n")]
    public async Task A_client_without_a_known_credential_is_challenged(string headers)
    {
        await using var router = await RunningRouter.StartAsync(endpoint, Keys());
        var answer = await router.InferAsync(headers: headers);
        Assert.Equal(401, answer.Status);
        Assert.Contains("urn:modelserving:problem:unauthenticated", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("msk_", answer.Text, StringComparison.Ordinal);
        Assert.Equal("ApiKey realm=\"modelserving\", header=\"X-API-Key\"", answer["WWW-Authenticate"]);
        Assert.True(Ulid.TryParse(answer["X-Request-Id"], out _));
        Assert.Equal(0, endpoint.Accepted);
        await router.AssertCountAsync(1, Refused, "reason=\"unauthenticated\"");
    }

    [Fact]
    public async Task A_keys_hash_is_not_a_key()
    {
        await using var router = await RunningRouter.StartAsync(endpoint, Keys());
        Assert.Equal(401, (await router.InferAsync(headers: Key(ApiKey.HashOf(CallerKey)))).Status);
        Assert.Equal(401, (await router.InferAsync(headers: Key(new string('x', 5000)))).Status);
    }

    [Theory]
    [InlineData("X-API-Key: msk_caller\r\nAuthorization: Bearer x\r\n")]
    [InlineData("X-API-Key: msk_caller\r\nX-API-Key: msk_caller\r\n")]
    [InlineData("Authorization: Bearer x\r\nAuthorization: Bearer x\r\n")]
    public async Task Two_credentials_are_one_too_many(string headers)
    {
        await using var router = await RunningRouter.StartAsync(endpoint, Keys());
        var answer = await router.InferAsync(headers: headers);
        Assert.Equal(400, answer.Status);
        Assert.Contains("one credential", answer.Text, StringComparison.Ordinal);
        Assert.Equal(0, endpoint.Accepted);
    }

    [Fact]
    public async Task Nothing_of_a_request_is_inspected_before_its_client()
    {
        await using var router = await RunningRouter.StartAsync(endpoint, Keys());
        Assert.Equal(401, (await router.InferAsync(path: "/v2/models/unknown/infer")).Status);
        Assert.Equal(401, (await router.AskAsync(RunningRouter.Get("/v2/models/fraud"))).Status);
        Assert.Equal(404, (await router.InferAsync(path: "/v2/models/unknown/infer", headers: Key(CallerKey))).Status);
        Assert.Equal(200, (await router.AskAsync(RunningRouter.Get("/health/ready"))).Status);
    }

    [Fact]
    public async Task Anonymous_callers_are_admitted_if_the_document_allows_them_but_not_with_a_wrong_key()
    {
        await using var router = await RunningRouter.StartAsync(endpoint, Keys(anonymous: true));
        Assert.Equal(200, (await router.InferAsync()).Status);
        Assert.Equal(401, (await router.InferAsync(headers: Key("msk_other"))).Status);
        Assert.Equal(401, (await router.AskAdminAsync(AdminPaths.Rollouts, Key("msk_other"))).Status);
        Assert.Equal(403, (await router.AskAdminAsync(AdminPaths.Rollouts)).Status);
    }

    [Fact]
    public async Task Without_a_clients_document_every_client_is_a_caller_and_no_more()
    {
        await using var router = await RunningRouter.StartAsync(endpoint);
        Assert.Equal(200, (await router.InferAsync()).Status);
        Assert.Equal(200, (await router.InferAsync(headers: "X-API-Key: any\r\nAuthorization: Bearer any\r\n")).Status);
        Assert.Equal((null, null), (seen!["X-API-Key"], seen["Authorization"]));
        Assert.Equal(403, (await router.AskAdminAsync(AdminPaths.Rollouts, Key("any"))).Status);
    }

    [Theory]
    [InlineData("/admin/v1")]
    [InlineData("/admin/v1/rollouts")]
    [InlineData("/Admin/V1/rollouts")]
    [InlineData("/%61dmin/v1/rollouts")]
    public async Task The_admin_api_is_only_for_operators(string path)
    {
        await using var router = await RunningRouter.StartAsync(endpoint, Keys());
        Assert.Equal(401, (await router.AskAdminAsync(path)).Status);
        var forbidden = await router.AskAdminAsync(path, Key(TesterKey));
        Assert.Equal(403, forbidden.Status);
        Assert.Contains("needs the role operator; the client's role is tester", forbidden.Text, StringComparison.Ordinal);
        Assert.Equal(200, (await router.AskAdminAsync(AdminPaths.Rollouts, Key(OperatorKey))).Status);
        Assert.Equal(404, (await router.AskAsync(RunningRouter.Get(path, Key(OperatorKey)))).Status);
        await router.AssertCountAsync(1, Refused, "reason=\"forbidden\"");
    }

    [Fact]
    public async Task A_reporter_reaches_neither_the_models_nor_the_admin_api()
    {
        await using var router = await RunningRouter.StartAsync(endpoint, Keys());
        var answer = await router.InferAsync(headers: Key(ReporterKey));
        answer.AssertProblem(403, "forbidden");
        Assert.Contains("needs the role caller; the client's role is reporter", answer.Text, StringComparison.Ordinal);
        (await router.AskAsync(RunningRouter.Get("/v2/models/fraud", Key(ReporterKey)))).AssertProblem(403, "forbidden");
        (await router.AskAdminAsync(AdminPaths.Rollouts, Key(ReporterKey))).AssertProblem(403, "forbidden");
        Assert.Equal(0, endpoint.Accepted);
    }

    [Fact]
    public async Task A_client_over_its_limit_gets_429_and_every_answer_has_what_is_left()
    {
        await using var router = await RunningRouter.StartAsync(endpoint, Keys(new ClientLimit(0.001m, 2)));
        var answers = new List<RawMessage>();
        answers.Add(await router.InferAsync(headers: Key(CallerKey)));
        answers.Add(await router.InferAsync(headers: Key(CallerKey), path: "/v2/models/unknown/infer"));
        answers.Add(await router.InferAsync(headers: Key(CallerKey)));
        Assert.Equal([200, 404, 429], answers.Select(static answer => answer.Status));
        Assert.All(answers, static answer => Assert.Equal("\"client\";q=2;w=2000", answer["RateLimit-Policy"]));
        Assert.Equal(["\"client\";r=1;t=1000", "\"client\";r=0;"], [answers[0]["RateLimit"]!, answers[1]["RateLimit"]![..13]]);
        Assert.StartsWith("\"client\";r=0;t=", answers[2]["RateLimit"], StringComparison.Ordinal);
        Assert.InRange(int.Parse(answers[2]["Retry-After"]!, System.Globalization.CultureInfo.InvariantCulture), 1, 1000);
        Assert.Contains("urn:modelserving:problem:rate-limited", answers[2].Text, StringComparison.Ordinal);
        Assert.Equal(1, endpoint.Accepted);
        await router.AssertCountAsync(1, Refused, "reason=\"rate-limited\"");

        var unlimited = await router.InferAsync(headers: Key(TesterKey));
        Assert.Equal(200, unlimited.Status);
        Assert.Null(unlimited["RateLimit"]);
        Assert.Null(unlimited["RateLimit-Policy"]);
    }

    [Fact]
    public async Task Only_a_tester_may_choose_the_variant()
    {
        await using var two = RawServer.Saying("two");
        await using var router = await RunningRouter.StartAsync(endpoint, Keys());
        router.Swap(SomePlan.Canary(0), SomePlan.Endpoints((1, endpoint.Address), (2, two.Address)));
        const string Canary = "X-Model-Variant: canary\r\n";

        var tested = await router.InferAsync(headers: Canary + Key(TesterKey));
        tested.AssertAnswer(200, "two", variant: "canary", version: "2");
        Assert.Equal("canary", (await router.InferAsync(headers: Canary + Key(OperatorKey)))["X-Model-Variant"]);
        Assert.Equal("stable", (await router.InferAsync(headers: Canary + Key(CallerKey)))["X-Model-Variant"]);
        Assert.Equal("stable", (await router.InferAsync(headers: Key(TesterKey)))["X-Model-Variant"]);

        var unknown = await router.InferAsync(headers: "X-Model-Variant: wonder\r\n" + Key(TesterKey));
        Assert.Equal(404, unknown.Status);
        Assert.Contains("There is no variant 'wonder' of fraud; the variants are: canary, stable", unknown.Text, StringComparison.Ordinal);
        await router.AssertCountAsync(1, Refused, "reason=\"unknown-variant\"");
    }

    [Fact]
    public async Task A_token_is_accepted_and_not_passed_on_and_its_claims_route()
    {
        await using var issuer = new TokenIssuer("a");
        await using var two = RawServer.Saying("two");
        await using var router = await RunningRouter.StartAsync(endpoint, Keys() with { Tokens = Tokens(issuer) });
        var plan = SomePlan.Canary(5000);
        router.Swap(
            plan with { Rollouts = new() { [SomePlan.Model] = plan.Rollouts[SomePlan.Model] with { RoutingKeyClaim = "tenant" } } },
            SomePlan.Endpoints((1, endpoint.Address), (2, two.Address)));

        var variants = new HashSet<string?>();
        for (var tenant = 0; tenant < 20; tenant++)
        {
            var ofTenant = new HashSet<string?>();
            // Another client each time: the claim alone decides.
            for (var i = 0; i < 4; i++)
            {
                var token = TokenIssuer.Sign("a", $"user-{i}", TimeProvider.System.GetUtcNow(), claims => claims["tenant"] = $"t{tenant}");
                var answer = await router.InferAsync(headers: Bearer(token));
                Assert.Equal(200, answer.Status);
                ofTenant.Add(answer["X-Model-Variant"]);
            }

            variants.Add(Assert.Single(ofTenant));
        }

        Assert.Equal(2, variants.Count);
        Assert.Null(seen!["Authorization"]);
        Assert.Equal(1, issuer.Fetches);
    }

    [Fact]
    public async Task A_routing_key_has_the_same_bucket_in_a_header_and_in_a_claim()
    {
        await using var issuer = new TokenIssuer("a");
        await using var two = RawServer.Saying("two");
        await using var router = await RunningRouter.StartAsync(endpoint, Keys() with { Tokens = Tokens(issuer) });
        var (byHeader, endpoints) = (
            SomePlan.Canary(5000, routingKey: "X-Customer"), SomePlan.Endpoints((1, endpoint.Address), (2, two.Address)));
        var rollout = byHeader.Rollouts[SomePlan.Model] with { RoutingKeyHeader = null, RoutingKeyClaim = "sub" };
        var byClaim = byHeader with { Rollouts = new() { [SomePlan.Model] = rollout } };
        for (var i = 0; i < 10; i++)
        {
            var customer = $"M\u00fcller {i}";
            router.Swap(byHeader, endpoints);
            var utf8 = System.Text.Encoding.Latin1.GetString(System.Text.Encoding.UTF8.GetBytes(customer));
            var one = await router.InferAsync(headers: $"X-Customer: {utf8}\r\n" + Key(CallerKey));
            router.Swap(byClaim, endpoints);
            var other = await router.InferAsync(headers: Bearer(TokenIssuer.Sign("a", customer, TimeProvider.System.GetUtcNow())));
            Assert.Equal(200, one.Status);
            other.AssertAnswer(200, variant: one["X-Model-Variant"]);
        }
    }

    [Fact]
    public async Task A_refused_token_is_challenged_as_invalid()
    {
        await using var issuer = new TokenIssuer("a");
        await using var router = await RunningRouter.StartAsync(endpoint, Keys() with { Tokens = Tokens(issuer) });
        var answer = await router.InferAsync(headers: Bearer(TokenIssuer.Sign("a", "x", TimeProvider.System.GetUtcNow().AddHours(-2))));
        Assert.Equal(401, answer.Status);
        Assert.Contains("the token has expired", answer.Text, StringComparison.Ordinal);
        Assert.Equal(
            ["Bearer realm=\"modelserving\", error=\"invalid_token\"", "ApiKey realm=\"modelserving\", header=\"X-API-Key\""],
            answer.All("WWW-Authenticate"));
        Assert.Equal("Bearer realm=\"modelserving\"", (await router.InferAsync()).All("WWW-Authenticate")[0]);
    }

    [Fact]
    public async Task Each_client_of_a_token_has_a_limit_of_its_own_and_roles_come_from_its_claims()
    {
        await using var issuer = new TokenIssuer("a");
        await using var router = await RunningRouter.StartAsync(
            endpoint, Keys() with { Tokens = Tokens(issuer, new ClientLimit(0.001m, 1)) });
        Assert.Equal(200, (await router.InferAsync(headers: Token("one"))).Status);
        Assert.Equal(429, (await router.InferAsync(headers: Token("one"))).Status);
        // Another token of the same client does not avoid the limit.
        Assert.Equal(429, (await router.InferAsync(headers: Token("one", serial: "1"))).Status);
        Assert.Equal(200, (await router.InferAsync(headers: Token("two"))).Status);
        Assert.Equal(403, (await router.AskAdminAsync(AdminPaths.Rollouts, Token("three", "qa"))).Status);
        Assert.Equal(200, (await router.AskAdminAsync(AdminPaths.Rollouts, Token("four", "ops"))).Status);
        // Roles also come from the claims for 'ms', which calls through the API Gateway.
        using var client = new AdminClient(
            router.Admin, OperatorCredential.OfToken(Token("five", "ops")["Authorization: Bearer ".Length..].Trim()));
        Assert.Equal("fraud", (await client.StatusAsync(TestContext.Current.CancellationToken)).Models.Single().Model.Text);
        using var other = new AdminClient(
            router.Admin, OperatorCredential.OfToken(Token("six", "qa")["Authorization: Bearer ".Length..].Trim()));
        var refused = await Assert.ThrowsAsync<CommandException>(() => other.StatusAsync(TestContext.Current.CancellationToken));
        Assert.Equal(ExitCode.Failed, refused.ExitCode);

        static string Token(string client, string group = "users", string serial = "0") => Bearer(TokenIssuer.Sign(
            "a", client, TimeProvider.System.GetUtcNow(), claims => (claims["groups"], claims["jti"]) = (group, serial)));
    }
}
