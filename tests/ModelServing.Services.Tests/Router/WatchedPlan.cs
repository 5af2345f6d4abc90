using System.Text;
using k8s;
using k8s.Authentication;
using ModelServing.Contracts;
using ModelServing.Router.Sources;
using ModelServing.TestKit;
using ModelServing.TestKit.Kubernetes;

namespace ModelServing.Services.Tests.Router;

/// <summary>The setup of tests with a router that watches its plan: an API server, two versions, and the router's access.</summary>
public abstract class WatchedPlan : IAsyncLifetime
{
    private protected const string Interruptions = "modelserving_router_plan_interruptions_total";
    private protected const string Setting = "kubernetes:space/plan";

    // Pauses are short, and all other limits are long enough never to pass in a test.
    private protected static readonly WatchLimits Limits = new()
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

    private protected KubernetesApi Api { get; set; } = null!;

    private protected string TokenFile => folder.Combine("token");

    public async ValueTask InitializeAsync()
    {
        Api = await KubernetesApi.StartAsync("space");
        await File.WriteAllTextAsync(TokenFile, Api.Token + "\n");
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await Api.DisposeAsync();
        await one.DisposeAsync();
        await two.DisposeAsync();
        folder.Dispose();
    }

    private KubernetesClientConfiguration Access() =>
        new() { Host = Api.Endpoint.AbsoluteUri, TokenProvider = new TokenFileAuth(TokenFile) };

    private protected EndpointsDocument Endpoints() => SomePlan.Endpoints((1, one.Address), (2, two.Address));

    private protected async Task<RunningRouter> StartAsync(WatchLimits? limits = null, bool isReady = true)
    {
        var router = await RunningRouter.WatchAsync(Setting, Access, limits ?? Limits, Endpoints());
        if (isReady)
            await ReadyAsync(router);
        return router;
    }

    private protected void Set(PlanDocument plan) => Api.Set("plan", (ClusterNames.PlanKey, Encoding.UTF8.GetString(plan.ToUtf8())));

    private protected Task ListsAsync(int count) => RunningRouter.UntilAsync(() => Api.Lists.Count >= count, $"there are {count} lists");

    /// <summary>Waits for the number of watches so far, and for the last one to be open.</summary>
    private protected Task WatchesAsync(int count) => RunningRouter.UntilAsync(
        () => Api.Watches.Count >= count && (Api.OpenWatches > 0 || Api.Refuses(Api.Watches[^1]) is not null),
        $"there are {count} watches");

    private protected static Task ReadyAsync(RunningRouter router) =>
        RunningRouter.UntilAsync(() => router.Readiness.Reason is null, "the router is ready");

    private protected static Task AnswersAsync(RunningRouter router, string text) =>
        RunningRouter.UntilAsync(async () => (await router.InferAsync()).Text == text, $"the answers say '{text}'");
}
