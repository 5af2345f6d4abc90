using ModelServing.Contracts;
using ModelServing.Infra.Tests.Hosts;
using Pulumi;
using Pulumi.Kubernetes.Types.Inputs.Core.V1;

namespace ModelServing.Infra.Tests.Stacks;

/// <summary>How the list of clients reaches the routers.</summary>
[Collection(nameof(OneAtATime))]
public class ClientsTests
{
    private static readonly string Hash = new('1', 64);

    [Fact]
    public async Task Routers_accept_the_gateways_tokens_and_no_one_else()
    {
        var clients = (await SomeStack.OfModelsAsync(SomeStack.Canary)).Clients();
        Assert.False(clients.Anonymous);
        Assert.Empty(clients.Clients);
        Assert.Equal(
            ("https://idcs-some.identity.oraclecloud.com/keys", "https://idp.example.com/", "some"),
            (clients.Tokens!.KeysUri, clients.Tokens.Issuers.Single(), clients.Tokens.Audiences.Single()));
    }

    [Fact]
    public async Task Clients_and_roles_of_tokens_come_from_the_settings()
    {
        var run = await SomeStack.RunAsync(SomeStack.File(more: $$"""
            modelserving:clients: { shop: { keyHashes: ['{{Hash}}'], role: tester, requestsPerSecond: 5 } }
              modelserving:tokens: { roles: { claim: groups, operators: [ops] } }
            """));
        var clients = run.Clients();
        Assert.Equal(
            (ClientRole.Tester, new ClientLimit(5, 5)),
            (clients.Clients.Single().Value.Role, clients.Clients.Single().Value.Limit));
        Assert.Equal(["ops"], clients.Tokens!.Roles!.Operators);
    }

    [Theory]
    [InlineData("dev")]
    [InlineData("staging")]
    [InlineData("prod")]
    public async Task The_router_of_each_stack_reads_the_mounted_secret_and_reaches_the_keys(string stack)
    {
        var run = await SomeStack.OfRepositoryAsync(stack);
        var router = RenderedHost.From(run).Single(static pod => pod.Host == ClusterNames.Router);
        var secret = Assert.Single(router.Secrets);
        Assert.Equal(ClusterNames.Clients, secret.Value);
        var settings = new RouterSettings(new HostEnvironment(router.Environment.GetValueOrDefault));
        Assert.Equal(
            $"file:{secret.Key}/{run.Single("kubernetes:core/v1:Secret", ClusterNames.Clients).Inputs.Map("stringData").Keys.Single()}",
            settings.Clients);
        // In dev every pod reaches the keys, elsewhere the routers' alone.
        Assert.Single(
            run.OfType("oci:Core/networkSecurityGroupSecurityRule:NetworkSecurityGroupSecurityRule"),
            rule => rule.Name == (stack == "dev" ? "network-pods-to-world-443" : "network-egress-to-world-443"));
        Assert.Equal(
            stack == "dev",
            run.OfType("oci:Core/networkSecurityGroupSecurityRule:NetworkSecurityGroupSecurityRule")
                .Any(static rule => rule.Name is "network-pods-to-world-443" or "network-nodes-to-world-443"));
        Assert.Contains(
            "kubernetes:core/v1:Secret clients",
            await run.Single("kubernetes:apps/v1:Deployment", ClusterNames.Router).DependenciesAsync());
        // Only the router has the secret.
        Assert.All(RenderedHost.From(run).Where(static pod => pod.Host == ClusterNames.Inference), static pod => Assert.Empty(pod.Secrets));
    }

    [Fact]
    public async Task The_content_is_a_secret_that_no_preview_shows()
    {
        var run = await SomeStack.OfModelsAsync(SomeStack.Canary);
        var secret = run.Single("kubernetes:core/v1:Secret", ClusterNames.Clients);
        Assert.True(await Output.IsSecretAsync(((SecretArgs)secret.Args).StringData.ToOutput()));
        Assert.False(secret.Inputs.ContainsKey("immutable"));
    }
}
