using ModelServing.Contracts;
using ModelServing.Contracts.Admin;
using ModelServing.Services.Tests.Router;
using ModelServing.TestKit;
using static ModelServing.Services.Tests.Clients.SomeClients;

namespace ModelServing.Services.Tests.Clients;

/// <summary>A router before it has a clients document, and when the document changes.</summary>
[Collection(RunningRouter.OneAtATime)]
public sealed class ClientsFollowerTests : IAsyncDisposable
{
    private const string RefusedDocuments = "modelserving_router_refused_documents_total";

    private readonly RawServer endpoint = RawServer.Saying("{}");

    public ValueTask DisposeAsync() => endpoint.DisposeAsync();

    [Fact]
    public async Task A_router_without_a_clients_document_admits_no_one()
    {
        await using var router = await RunningRouter.StartAsync(endpoint, null);
        var answer = await router.InferAsync(headers: Key(CallerKey));
        Assert.Equal((503, "1"), (answer.Status, answer["Retry-After"]));
        Assert.Contains("urn:modelserving:problem:no-clients", answer.Text, StringComparison.Ordinal);
        Assert.Equal(503, (await router.AskAdminAsync(AdminPaths.Rollouts, Key(OperatorKey))).Status);
        var ready = await router.AskAsync(RunningRouter.Get("/health/ready"));
        Assert.Equal(503, ready.Status);
        Assert.Contains($"no clients document at {router.ClientsPath}", ready.Text, StringComparison.Ordinal);

        await File.WriteAllTextAsync(router.ClientsPath, "{}");
        await router.AssertCountAsync(1, RefusedDocuments, "document=\"clients\"");
        Assert.Equal(503, (await router.InferAsync()).Status);
        await RunningRouter.UntilAsync(
            () => router.Readiness.Reason?.StartsWith("no clients yet: ", StringComparison.Ordinal) == true,
            "the router says what is wrong with the document");

        await router.WriteClientsAsync(Keys());
        Assert.Equal(200, (await router.InferAsync(headers: Key(CallerKey))).Status);
        Assert.Equal(401, (await router.InferAsync()).Status);
        await RunningRouter.UntilAsync(() => router.Readiness.Reason is null, "the router is ready");
        Assert.Equal(0, endpoint.Accepted - 1);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("")]
    [InlineData("""{"schema":2,"anonymous":true,"clients":{}}""")]
    [InlineData(null)]
    public async Task A_broken_document_changes_nothing(string? broken)
    {
        await using var router = await RunningRouter.StartAsync(endpoint, Keys());
        if (broken is null)
            File.Delete(router.ClientsPath);
        else
            await File.WriteAllTextAsync(router.ClientsPath, broken);
        await router.AssertCountAsync(1, RefusedDocuments, "document=\"clients\"");
        Assert.Equal(200, (await router.InferAsync(headers: Key(CallerKey))).Status);
        Assert.Equal(401, (await router.InferAsync()).Status);
        Assert.Null(router.Readiness.Reason);
    }

    [Fact]
    public async Task An_edited_document_applies_without_a_restart()
    {
        await using var router = await RunningRouter.StartAsync(endpoint, Keys());
        await router.WriteClientsAsync(Keys() with
        {
            Clients = new() { [ModelName.Parse("next")] = Entry(ClientRole.Caller, "msk_next") },
        });
        Assert.Equal(401, (await router.InferAsync(headers: Key(CallerKey))).Status);
        Assert.Equal(200, (await router.InferAsync(headers: Key("msk_next"))).Status);
    }

    [Fact]
    public async Task An_edit_gives_no_client_a_new_burst_but_a_changed_limit_applies()
    {
        await using var router = await RunningRouter.StartAsync(endpoint, Keys(new ClientLimit(0.001m, 1)));
        Assert.Equal(200, (await router.InferAsync(headers: Key(CallerKey))).Status);
        await router.WriteClientsAsync(Keys(new ClientLimit(0.001m, 1), anonymous: true));
        Assert.Equal(429, (await router.InferAsync(headers: Key(CallerKey))).Status);
        await router.WriteClientsAsync(Keys(new ClientLimit(0.001m, 2)));
        Assert.Equal(200, (await router.InferAsync(headers: Key(CallerKey))).Status);
    }

    [Fact]
    public async Task A_router_without_token_keys_is_not_ready_but_serves_clients_with_API_keys()
    {
        await using var issuer = new TokenIssuer("a") { Instead = "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n" };
        await using var router = await RunningRouter.StartAsync(endpoint, null);
        await router.WriteClientsAsync(Keys() with { Tokens = Tokens(issuer) });
        await router.AssertCountAsync(1, "modelserving_router_failed_key_fetches_total");
        Assert.Equal($"no token keys from {issuer.KeysUri}", router.Readiness.Reason);
        Assert.Equal(200, (await router.InferAsync(headers: Key(CallerKey))).Status);
        var answer = await router.InferAsync(headers: Bearer(TokenIssuer.Sign("a", "x", TimeProvider.System.GetUtcNow())));
        Assert.Equal((503, "1"), (answer.Status, answer["Retry-After"]));
        Assert.Contains("no-token-keys", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_later_failure_does_not_make_a_router_unready()
    {
        await using var issuer = new TokenIssuer("a") { Instead = "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n" };
        await using var router = await RunningRouter.StartAsync(endpoint, Keys());
        await router.WriteClientsAsync(Keys() with { Tokens = Tokens(issuer) });
        await router.AssertCountAsync(1, "modelserving_router_failed_key_fetches_total");
        Assert.Null(router.Readiness.Reason);
    }

    [Fact]
    public async Task Tokens_of_a_former_issuer_are_refused_and_the_new_issuers_keys_are_fetched()
    {
        await using var issuer = new TokenIssuer("a");
        await using var other = new TokenIssuer("b");
        await using var router = await RunningRouter.StartAsync(endpoint, Keys() with { Tokens = Tokens(issuer) });
        string Token(string key) => Bearer(TokenIssuer.Sign(key, "x", TimeProvider.System.GetUtcNow()));
        Assert.Equal(200, (await router.InferAsync(headers: Token("a"))).Status);
        await router.WriteClientsAsync(Keys() with { Tokens = Tokens(other) });
        await RunningRouter.UntilAsync(
            async () => (await router.InferAsync(headers: Token("b"))).Status == 200,
            "the other issuer's keys are there");
        Assert.Equal(401, (await router.InferAsync(headers: Token("a"))).Status);
        await router.WriteClientsAsync(Keys());
        Assert.Equal(401, (await router.InferAsync(headers: Token("b"))).Status);
    }
}
