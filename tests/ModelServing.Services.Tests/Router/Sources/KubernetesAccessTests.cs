using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using k8s;
using ModelServing.Contracts;
using ModelServing.TestKit.Kubernetes;

namespace ModelServing.Services.Tests.Router.Sources;

/// <summary>How a router that watches its plan authenticates to the API server, and checks the server's certificate.</summary>
[Collection(RunningRouter.OneAtATime)]
public sealed class KubernetesAccessTests : WatchedPlan
{
    [Fact]
    public async Task A_replaced_token_is_read_again()
    {
        Set(SomePlan.Stable());
        await using var router = await StartAsync();
        await WatchesAsync(1);
        Api.Token = "the next token";
        Api.EndWatches();
        await router.AssertCountAsync(1, Interruptions, "reason=\"401\"");
        await File.WriteAllTextAsync(TokenFile, Api.Token);
        Set(SomePlan.Canary(PlanDocument.Buckets));
        await AnswersAsync(router, "two");
        Assert.Equal("the-token", Api.Calls[0].Token);
        Assert.Equal("the next token", Api.Calls[^1].Token);
    }

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("127.0.0.2", false)]
    public async Task The_API_server_must_have_a_certificate_of_the_clusters_authority_for_its_own_address(string address, bool isIts)
    {
        using var authority = new ClusterAuthority();
        using var certificate = authority.CertificateOf(IPAddress.Parse(address));
        await using var tls = await KubernetesApi.StartAsync("space", certificate: certificate);
        tls.Set("plan", (ClusterNames.PlanKey, Encoding.UTF8.GetString(SomePlan.Stable().ToUtf8())));
        await using var router = await RunningRouter.WatchAsync(Setting, () => new KubernetesClientConfiguration
        {
            Host = tls.Endpoint.AbsoluteUri,
            AccessToken = tls.Token,
            SslCaCerts = X509Certificate2Collection(authority.Pem),
        }, Limits, Endpoints());
        if (isIts)
        {
            await ReadyAsync(router);
        }
        else
        {
            await router.AssertCountAsync(1, Interruptions, "reason=\"connection\"");
            Assert.Empty(tls.Calls);
        }
    }

    [Fact]
    public async Task Outside_a_cluster_the_start_fails_with_the_missing_parts()
    {
        Assert.SkipWhen(KubernetesClientConfiguration.IsInCluster(), "this test runs in a cluster");
        var e = await Assert.ThrowsAsync<ContractException>(() => RunningRouter.WatchAsync(Setting, null, Limits, Endpoints()));
        Assert.StartsWith(
            "the environment variable MODELSERVING_PLAN names a ConfigMap, but this process has no access to a cluster's API, because " +
                "there is no ",
            e.Message,
            StringComparison.Ordinal);
        Assert.EndsWith("elsewhere the plan must be file:PATH", e.Message, StringComparison.Ordinal);
    }

    private static X509Certificate2Collection X509Certificate2Collection(string pem)
    {
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPem(pem);
        return certificates;
    }
}
