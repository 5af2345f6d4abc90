using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using k8s;
using k8s.Authentication;
using ModelServing.Contracts;
using ModelServing.Router.Routing;
using ModelServing.TestKit;
using ModelServing.TestKit.Kubernetes;

namespace ModelServing.Services.Tests.Router;

/// <summary>A whole router that watches its plan at an API server.</summary>
[Collection(RunningRouter.OneAtATime)]
public sealed class KubernetesPlanTests : IAsyncLifetime
{
    private const string RefusedDocuments = "modelserving_router_refused_documents_total";
    private const string Interruptions = "modelserving_router_plan_interruptions_total";
    private const string Setting = "kubernetes:space/plan";

    // Pauses that a test need not wait for; what else would take time never does by itself.
    private static readonly WatchLimits Limits = new()
    {
        List = RawConnection.Patience,
        Silence = RawConnection.Patience * 2,
        ShortestWatch = TimeSpan.Zero,
        FirstPause = TimeSpan.FromMilliseconds(1),
        LongestPause = TimeSpan.FromMilliseconds(20),
    };

    private readonly RawServer one = RawServer.Saying("one");
    private readonly RawServer two = RawServer.Saying("two");
    private readonly TemporaryFolder folder = new();
    private KubernetesApi api = null!;

    public async ValueTask InitializeAsync()
    {
        api = await KubernetesApi.StartAsync("space");
        await File.WriteAllTextAsync(TokenFile, api.Token + "\n");
    }

    public async ValueTask DisposeAsync()
    {
        await api.DisposeAsync();
        await one.DisposeAsync();
        await two.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task The_traffic_follows_the_plan_and_a_configuration_that_was_put_back_too()
    {
        Set(SomePlan.Stable());
        var version = api.Version;
        await using var router = await StartAsync();
        await AnswersAsync(router, "one");
        Set(SomePlan.Canary(PlanDocument.Buckets));
        await AnswersAsync(router, "two");
        Set(SomePlan.Stable());
        await AnswersAsync(router, "one");

        var list = Assert.Single(api.Lists);
        var watch = Assert.Single(api.Watches);
        Assert.Equal(("plan", null), (list.Name, list.ResourceVersion));
        Assert.Equal(("plan", version, true), (watch.Name, watch.ResourceVersion, watch.TakesBookmarks));
        Assert.InRange(watch.TimeoutSeconds ?? 0, 18, 22);
        Assert.Equal((0, 0), (await router.CountAsync(RefusedDocuments), await router.CountAsync(Interruptions)));
    }

    [Fact]
    public async Task A_watch_goes_on_where_the_one_before_it_ended()
    {
        Set(SomePlan.Stable());
        await using var router = await StartAsync();
        await WatchesAsync(1);
        api.Bookmark();
        var bookmark = api.Version;
        api.EndWatches();
        await WatchesAsync(2);
        Assert.Equal(bookmark, api.Watches[1].ResourceVersion);

        Set(SomePlan.Canary(PlanDocument.Buckets));
        var change = api.Version;
        api.EndWatches();
        await WatchesAsync(3);
        Assert.Equal(change, api.Watches[2].ResourceVersion);

        // What changed while no watch stood is not lost.
        api.EndWatches();
        Set(SomePlan.Stable());
        await AnswersAsync(router, "one");
        Assert.Single(api.Lists);
        Assert.Equal(0, await router.CountAsync(Interruptions));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_watch_from_a_version_that_is_gone_begins_with_a_list_again(bool byEvent)
    {
        api.SaysGoneByEvent = byEvent;
        Set(SomePlan.Stable());
        await using var router = await StartAsync();
        await WatchesAsync(1);
        api.Refuses = static call => call.IsWatch ? 503 : null;
        api.EndWatches();
        await router.AssertCountAsync(1, Interruptions, "reason=\"503\"");
        // From here on a list's version is gone before its watch comes, until the other way round.
        api.Refuses = call =>
        {
            if (call.IsWatch)
                api.Compact();
            return null;
        };
        await router.AssertCountAsync(1, Interruptions, "reason=\"410\"");
        Set(SomePlan.Canary(PlanDocument.Buckets));
        await AnswersAsync(router, "two");
        api.Refuses = static _ => null;
        Set(SomePlan.Stable());
        await AnswersAsync(router, "one");
        Assert.All(api.Lists, static list => Assert.Null(list.ResourceVersion));
    }

    [Theory]
    [InlineData("dropped", "connection")]
    [InlineData("dropped in mid-event", "connection")]
    [InlineData("no JSON", "answer")]
    [InlineData("no object", "")]
    public async Task A_watch_that_breaks_begins_with_a_list_again(string how, string reason)
    {
        Set(SomePlan.Stable());
        await using var router = await StartAsync();
        for (var round = 0; round < 3; round++)
        {
            await WatchesAsync(round + 1);
            // It works: the next break is another one.
            Set(SomePlan.Canary(round % 2 == 0 ? PlanDocument.Buckets : 0));
            await AnswersAsync(router, round % 2 == 0 ? "two" : "one");
            switch (how)
            {
                case "dropped":
                    api.DropWatches();
                    break;
                case "dropped in mid-event":
                    api.DropWatchesInMidEvent("plan");
                    break;
                case "no JSON":
                    api.SayToWatches("{nonsense");
                    break;
                default:
                    api.SayToWatches("""{"type":"MODIFIED"}""");
                    break;
            }

            await ListsAsync(round + 2);
        }

        await router.AssertCountAsync(3, Interruptions, $"reason=\"{reason}");
        Set(SomePlan.Stable());
        await AnswersAsync(router, "one");
        Assert.Equal(0, await router.CountAsync(RefusedDocuments));
    }

    [Fact]
    public async Task A_connection_on_which_nothing_comes_is_given_up()
    {
        Set(SomePlan.Stable());
        await using var router = await StartAsync(Limits with { Silence = TimeSpan.FromMilliseconds(100) });
        await ListsAsync(4);
        await router.AssertCountAsync(1, Interruptions, "reason=\"silence\"");
        await RunningRouter.UntilAsync(() => api.OpenWatches <= 1 && api.Watches.Count > 4, "the connections that were given up are closed");
        Set(SomePlan.Canary(PlanDocument.Buckets));
        await AnswersAsync(router, "two");
    }

    [Fact]
    public async Task A_watch_that_ends_as_soon_as_it_begins_is_no_busy_loop()
    {
        Set(SomePlan.Stable());
        await using var router = await StartAsync(Limits with { ShortestWatch = RawConnection.Patience });
        await WatchesAsync(1);
        api.EndWatches();
        await router.AssertCountAsync(1, Interruptions, "reason=\"ended\"");
        await ListsAsync(2);
    }

    [Fact]
    public async Task A_list_that_is_not_answered_is_given_up()
    {
        Set(SomePlan.Stable());
        api.Hangs = static call => !call.IsWatch;
        await using var router = await StartAsync(Limits with { List = TimeSpan.FromMilliseconds(100) }, isReady: false);
        await ListsAsync(3);
        await router.AssertCountAsync(1, Interruptions, "reason=\"late\"");
        Assert.Equal("no plan at the ConfigMap space/plan", router.Readiness.Reason);
        api.Hangs = static _ => false;
        await ReadyAsync(router);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task A_refused_list_is_repeated_and_counted_once(int status)
    {
        Set(SomePlan.Stable());
        api.Refuses = _ => status;
        await using var router = await StartAsync(isReady: false);
        await ListsAsync(4);
        Assert.Equal(1, await router.CountAsync(Interruptions, $"reason=\"{status}\""));
        Assert.NotNull(router.Readiness.Reason);
        RouterTests.AssertProblem(await router.InferAsync(), 503, "no-plan");
        api.Refuses = static _ => null;
        await ReadyAsync(router);
        await AnswersAsync(router, "one");
        Assert.Equal(1, await router.CountAsync(Interruptions));

        // Once it has worked, the same failure is news.
        await WatchesAsync(1);
        api.Bookmark();
        api.Refuses = _ => status;
        api.EndWatches();
        await router.AssertCountAsync(2, Interruptions, $"reason=\"{status}\"");
        Assert.Null(router.Readiness.Reason);
        Assert.Equal("one", (await router.InferAsync()).Text);
    }

    [Fact]
    public async Task Where_only_the_watch_is_refused_the_lists_still_bring_the_plan()
    {
        Set(SomePlan.Stable());
        api.Refuses = static call => call.IsWatch ? 403 : null;
        await using var router = await StartAsync();
        await WatchesAsync(3);
        Set(SomePlan.Canary(PlanDocument.Buckets));
        await AnswersAsync(router, "two");
        Assert.Equal(1, await router.CountAsync(Interruptions, "reason=\"403\""));
    }

    [Theory]
    [InlineData("deleted")]
    [InlineData("without its key")]
    [InlineData("empty")]
    [InlineData("no JSON")]
    [InlineData("""{"schema":2,"rollouts":{}}""")]
    public async Task What_is_no_plan_is_counted_once_and_the_last_one_stays(string what)
    {
        Set(SomePlan.Stable());
        await using var router = await StartAsync();
        await WatchesAsync(1);
        switch (what)
        {
            case "deleted":
                api.Delete("plan");
                break;
            case "without its key":
                api.Set("plan", ("other.json", "{}"));
                break;
            case "empty":
                api.Set("plan", (ClusterNames.PlanKey, ""));
                break;
            default:
                api.Set("plan", (ClusterNames.PlanKey, what));
                break;
        }

        await router.AssertCountAsync(1, RefusedDocuments, "document=\"plan\"");
        Assert.Equal("one", (await router.InferAsync()).Text);
        Assert.Null(router.Readiness.Reason);

        // Lists find it again and again.
        api.Refuses = static call => call.IsWatch ? 503 : null;
        api.EndWatches();
        await ListsAsync(5);
        api.Refuses = static _ => null;
        Set(SomePlan.Canary(PlanDocument.Buckets));
        await AnswersAsync(router, "two");
        Assert.Equal(1, await router.CountAsync(RefusedDocuments));
    }

    [Fact]
    public async Task A_ConfigMap_that_is_born_late_makes_the_router_ready()
    {
        await using var router = await StartAsync(isReady: false);
        await router.AssertCountAsync(1, RefusedDocuments, "document=\"plan\"");
        Assert.Equal("no plan at the ConfigMap space/plan", router.Readiness.Reason);
        Set(SomePlan.Stable());
        await ReadyAsync(router);
        await AnswersAsync(router, "one");
    }

    [Fact]
    public async Task An_API_server_that_is_away_is_found_when_it_is_back()
    {
        var address = IPEndPoint.Parse(api.Endpoint.Authority);
        await api.DisposeAsync();
        await using var router = await RunningRouter.WatchAsync(Setting, () => new KubernetesClientConfiguration { Host = $"http://{address}", TokenProvider = new TokenFileAuth(TokenFile) }, Limits, Endpoints());
        await router.AssertCountAsync(1, Interruptions, "reason=\"connection\"");
        api = await KubernetesApi.StartAsync("space", address);
        Set(SomePlan.Stable());
        await ReadyAsync(router);
        await AnswersAsync(router, "one");
    }

    [Fact]
    public async Task A_token_that_was_replaced_is_read_again()
    {
        Set(SomePlan.Stable());
        await using var router = await StartAsync();
        await WatchesAsync(1);
        api.Token = "the next token";
        api.EndWatches();
        await router.AssertCountAsync(1, Interruptions, "reason=\"401\"");
        await File.WriteAllTextAsync(TokenFile, api.Token);
        Set(SomePlan.Canary(PlanDocument.Buckets));
        await AnswersAsync(router, "two");
        Assert.Equal("the-token", api.Calls[0].Token);
        Assert.Equal("the next token", api.Calls[^1].Token);
    }

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("127.0.0.2", false)]
    public async Task The_API_server_has_to_have_a_certificate_of_the_clusters_authority_for_its_own_address(string address, bool isIts)
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

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_router_that_stops_waits_for_nothing(bool hangs)
    {
        Set(SomePlan.Stable());
        api.Hangs = _ => hangs;
        var router = await StartAsync(isReady: !hangs);
        await RunningRouter.UntilAsync(() => api.Calls.Count > (hangs ? 0 : 1), "it asks");
        await router.DisposeAsync().AsTask().WaitAsync(RawConnection.Patience, TestContext.Current.CancellationToken);
        await RunningRouter.UntilAsync(() => api.OpenWatches == 0, "its watch is closed");
    }

    [Fact]
    public async Task Outside_of_a_cluster_the_start_says_what_is_missing()
    {
        Assert.SkipWhen(KubernetesClientConfiguration.IsInCluster(), "this test runs in a cluster");
        var e = await Assert.ThrowsAsync<ContractException>(() => RunningRouter.WatchAsync(Setting, null, Limits, Endpoints()));
        Assert.StartsWith("the environment variable MODELSERVING_PLAN names a ConfigMap, but this process has no access to a cluster's API, for there is no ", e.Message, StringComparison.Ordinal);
        Assert.EndsWith("elsewhere the plan has to be file:PATH", e.Message, StringComparison.Ordinal);
    }

    private string TokenFile => folder.Combine("token");

    private static X509Certificate2Collection X509Certificate2Collection(string pem)
    {
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPem(pem);
        return certificates;
    }

    private KubernetesClientConfiguration Access() => new() { Host = api.Endpoint.AbsoluteUri, TokenProvider = new TokenFileAuth(TokenFile) };

    private EndpointsDocument Endpoints() => SomePlan.Endpoints((1, one.Address), (2, two.Address));

    private async Task<RunningRouter> StartAsync(WatchLimits? limits = null, bool isReady = true)
    {
        var router = await RunningRouter.WatchAsync(Setting, Access, limits ?? Limits, Endpoints());
        if (isReady)
            await ReadyAsync(router);
        return router;
    }

    private void Set(PlanDocument plan) => api.Set("plan", (ClusterNames.PlanKey, Encoding.UTF8.GetString(plan.ToUtf8())));

    private Task ListsAsync(int count) => RunningRouter.UntilAsync(() => api.Lists.Count >= count, $"there are {count} lists");

    /// <summary>Waits for the number of watches so far, and for the last one to stand.</summary>
    private Task WatchesAsync(int count) => RunningRouter.UntilAsync(() => api.Watches.Count >= count && (api.OpenWatches > 0 || api.Refuses(api.Watches[^1]) is not null), $"there are {count} watches");

    private static Task ReadyAsync(RunningRouter router) => RunningRouter.UntilAsync(() => router.Readiness.Reason is null, "the router is ready");

    private static Task AnswersAsync(RunningRouter router, string text) => RunningRouter.UntilAsync(async () => (await router.InferAsync()).Text == text, $"the answers say '{text}'");
}
