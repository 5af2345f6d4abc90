using System.IO.Compression;
using System.Net;
using k8s;
using k8s.Authentication;
using ModelServing.Contracts;
using ModelServing.TestKit;
using ModelServing.TestKit.Kubernetes;

namespace ModelServing.Services.Tests.Router.Sources;

/// <summary>A whole router that watches its plan through an API server.</summary>
[Collection(RunningRouter.OneAtATime)]
public sealed class KubernetesPlanTests : WatchedPlan
{
    private const string RefusedDocuments = "modelserving_router_refused_documents_total";

    [Fact]
    public async Task The_traffic_follows_the_plan_and_a_reverted_configuration_too()
    {
        Set(SomePlan.Stable());
        var version = Api.Version;
        await using var router = await StartAsync();
        await AnswersAsync(router, "one");
        Set(SomePlan.Canary(PlanDocument.Buckets));
        await AnswersAsync(router, "two");
        Set(SomePlan.Stable());
        await AnswersAsync(router, "one");

        var list = Assert.Single(Api.Lists);
        var watch = Assert.Single(Api.Watches);
        Assert.Equal(("plan", null), (list.Name, list.ResourceVersion));
        Assert.Equal(("plan", version, true), (watch.Name, watch.ResourceVersion, watch.TakesBookmarks));
        Assert.InRange(watch.TimeoutSeconds ?? 0, 18, 22);
        Assert.Equal((0, 0), (await router.CountAsync(RefusedDocuments), await router.CountAsync(Interruptions)));
    }

    [Fact]
    public async Task A_watch_continues_where_the_previous_one_ended()
    {
        Set(SomePlan.Stable());
        await using var router = await StartAsync();
        await WatchesAsync(1);
        Api.Bookmark();
        var bookmark = Api.Version;
        Api.EndWatches();
        await WatchesAsync(2);
        Assert.Equal(bookmark, Api.Watches[1].ResourceVersion);

        Set(SomePlan.Canary(PlanDocument.Buckets));
        var change = Api.Version;
        Api.EndWatches();
        await WatchesAsync(3);
        Assert.Equal(change, Api.Watches[2].ResourceVersion);

        // Changes between two watches are not lost.
        Api.EndWatches();
        Set(SomePlan.Stable());
        await AnswersAsync(router, "one");
        Assert.Single(Api.Lists);
        Assert.Equal(0, await router.CountAsync(Interruptions));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_watch_from_an_expired_version_starts_again_with_a_list(bool byEvent)
    {
        Api.SaysGoneByEvent = byEvent;
        Set(SomePlan.Stable());
        await using var router = await StartAsync();
        await WatchesAsync(1);
        Api.Refuses = static call => call.IsWatch ? 503 : null;
        Api.EndWatches();
        await router.AssertCountAsync(1, Interruptions, "reason=\"503\"");
        // From here on, each list's version expires before its watch, until this is reverted.
        Api.Refuses = call =>
        {
            if (call.IsWatch)
                Api.Compact();
            return null;
        };
        await router.AssertCountAsync(1, Interruptions, "reason=\"410\"");
        Set(SomePlan.Canary(PlanDocument.Buckets));
        await AnswersAsync(router, "two");
        Api.Refuses = static _ => null;
        Set(SomePlan.Stable());
        await AnswersAsync(router, "one");
        Assert.All(Api.Lists, static list => Assert.Null(list.ResourceVersion));
    }

    [Theory]
    [InlineData("dropped", "connection")]
    [InlineData("dropped in mid-event", "connection")]
    [InlineData("no JSON", "answer")]
    [InlineData("no object", "")]
    public async Task A_broken_watch_starts_again_with_a_list(string how, string reason)
    {
        Set(SomePlan.Stable());
        await using var router = await StartAsync();
        for (var round = 0; round < 3; round++)
        {
            await WatchesAsync(round + 1);
            // It works, so the next break is a new one.
            Set(SomePlan.Canary(round % 2 == 0 ? PlanDocument.Buckets : 0));
            await AnswersAsync(router, round % 2 == 0 ? "two" : "one");
            switch (how)
            {
                case "dropped":
                    Api.DropWatches();
                    break;
                case "dropped in mid-event":
                    Api.DropWatchesInMidEvent("plan");
                    break;
                case "no JSON":
                    Api.SayToWatches("{nonsense");
                    break;
                default:
                    Api.SayToWatches("""{"type":"MODIFIED"}""");
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
    public async Task A_silent_connection_is_abandoned()
    {
        Set(SomePlan.Stable());
        await using var router = await StartAsync(Limits with { Silence = TimeSpan.FromMilliseconds(100) });
        await ListsAsync(4);
        await router.AssertCountAsync(1, Interruptions, "reason=\"silence\"");
        await RunningRouter.UntilAsync(() => Api.OpenWatches <= 1 && Api.Watches.Count > 4, "the abandoned connections are closed");
        Set(SomePlan.Canary(PlanDocument.Buckets));
        await AnswersAsync(router, "two");
    }

    [Fact]
    public async Task A_watch_that_ends_at_once_does_not_become_a_busy_loop()
    {
        Set(SomePlan.Stable());
        await using var router = await StartAsync(Limits with { ShortestWatch = RawConnection.Patience });
        await WatchesAsync(1);
        Api.EndWatches();
        await router.AssertCountAsync(1, Interruptions, "reason=\"ended\"");
        await ListsAsync(2);
    }

    [Fact]
    public async Task An_unanswered_list_is_abandoned()
    {
        Set(SomePlan.Stable());
        Api.Hangs = static call => !call.IsWatch;
        await using var router = await StartAsync(Limits with { List = TimeSpan.FromMilliseconds(100) }, isReady: false);
        await ListsAsync(3);
        await router.AssertCountAsync(1, Interruptions, "reason=\"late\"");
        Assert.Equal("no plan at the ConfigMap space/plan", router.Readiness.Reason);
        Api.Hangs = static _ => false;
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
        Api.Refuses = _ => status;
        await using var router = await StartAsync(isReady: false);
        await ListsAsync(4);
        Assert.Equal(1, await router.CountAsync(Interruptions, $"reason=\"{status}\""));
        Assert.NotNull(router.Readiness.Reason);
        RouterAnswers.AssertProblem(await router.InferAsync(), 503, "no-plan");
        Api.Refuses = static _ => null;
        await ReadyAsync(router);
        await AnswersAsync(router, "one");
        Assert.Equal(1, await router.CountAsync(Interruptions));

        // Once it has worked, the same failure is logged and counted again.
        await WatchesAsync(1);
        Api.Bookmark();
        Api.Refuses = _ => status;
        Api.EndWatches();
        await router.AssertCountAsync(2, Interruptions, $"reason=\"{status}\"");
        Assert.Null(router.Readiness.Reason);
        Assert.Equal("one", (await router.InferAsync()).Text);
    }

    [Fact]
    public async Task If_only_the_watch_is_refused_the_lists_still_deliver_the_plan()
    {
        Set(SomePlan.Stable());
        Api.Refuses = static call => call.IsWatch ? 403 : null;
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
    public async Task An_invalid_plan_is_counted_once_and_the_last_one_stays(string what)
    {
        Set(SomePlan.Stable());
        await using var router = await StartAsync();
        await WatchesAsync(1);
        switch (what)
        {
            case "deleted":
                Api.Delete("plan");
                break;
            case "without its key":
                Api.Set("plan", ("other.json", "{}"));
                break;
            case "empty":
                Api.Set("plan", (ClusterNames.PlanKey, ""));
                break;
            default:
                Api.Set("plan", (ClusterNames.PlanKey, what));
                break;
        }

        await router.AssertCountAsync(1, RefusedDocuments, "document=\"plan\"");
        Assert.Equal("one", (await router.InferAsync()).Text);
        Assert.Null(router.Readiness.Reason);

        // Each list finds it again.
        Api.Refuses = static call => call.IsWatch ? 503 : null;
        Api.EndWatches();
        await ListsAsync(5);
        Api.Refuses = static _ => null;
        Set(SomePlan.Canary(PlanDocument.Buckets));
        await AnswersAsync(router, "two");
        Assert.Equal(1, await router.CountAsync(RefusedDocuments));
    }

    [Fact]
    public async Task A_compressed_plan_is_followed_like_a_text()
    {
        SetCompressed(SomePlan.Stable().ToUtf8());
        await using var router = await StartAsync();
        await AnswersAsync(router, "one");
        Set(SomePlan.Canary(PlanDocument.Buckets));
        await AnswersAsync(router, "two");
        SetCompressed(SomePlan.Stable().ToUtf8());
        await AnswersAsync(router, "one");
        Assert.Equal(0, await router.CountAsync(RefusedDocuments));
        Api.SetBinary("plan", (ClusterNames.CompressedPlanKey, Convert.ToBase64String("no gzip"u8)));
        await router.AssertCountAsync(1, RefusedDocuments, "document=\"plan\"");
        SetCompressed(SomePlan.Canary(PlanDocument.Buckets).ToUtf8());
        await AnswersAsync(router, "two");
        // As this program compresses it.
        foreach (var (plan, answer) in new[] { (SomePlan.Stable(), "one"), (SomePlan.Canary(PlanDocument.Buckets), "two") })
        {
            Api.SetBinary("plan", (ClusterNames.CompressedPlanKey, Convert.ToBase64String(PlanBlocks.Compress(plan.ToUtf8()))));
            await AnswersAsync(router, answer);
        }
    }

    [Fact]
    public async Task A_router_that_starts_with_a_broken_plan_says_why_it_is_not_ready_and_takes_a_repaired_one()
    {
        SetCompressed(new byte[PlanDocument.MaxBytes + 1]);
        await using var router = await StartAsync(isReady: false);
        await router.AssertCountAsync(1, RefusedDocuments, "document=\"plan\"");
        await RunningRouter.UntilAsync(
            () => router.Readiness.Reason?.StartsWith("no plan yet: the ConfigMap space/plan: ", StringComparison.Ordinal) == true,
            "the router says what is wrong");
        Assert.Contains("decompresses to more than", router.Readiness.Reason, StringComparison.Ordinal);
        SetCompressed(SomePlan.Stable().ToUtf8());
        await ReadyAsync(router);
    }

    [Fact]
    public async Task A_ConfigMap_that_is_created_late_makes_the_router_ready()
    {
        await using var router = await StartAsync(isReady: false);
        await router.AssertCountAsync(1, RefusedDocuments, "document=\"plan\"");
        await RunningRouter.UntilAsync(
            () => router.Readiness.Reason == "no plan yet: the ConfigMap space/plan does not exist", "the router says what is missing");
        Set(SomePlan.Stable());
        await ReadyAsync(router);
        await AnswersAsync(router, "one");
    }

    [Fact]
    public async Task An_API_server_that_was_unavailable_is_found_when_it_is_back()
    {
        var address = IPEndPoint.Parse(Api.Endpoint.Authority);
        await Api.DisposeAsync();
        await using var router = await RunningRouter.WatchAsync(
            Setting,
            () => new KubernetesClientConfiguration { Host = $"http://{address}", TokenProvider = new TokenFileAuth(TokenFile) },
            Limits,
            Endpoints());
        await router.AssertCountAsync(1, Interruptions, "reason=\"connection\"");
        Api = await KubernetesApi.StartAsync("space", address);
        Set(SomePlan.Stable());
        await ReadyAsync(router);
        await AnswersAsync(router, "one");
    }

    private void SetCompressed(byte[] plan)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest))
            gzip.Write(plan);
        Api.SetBinary("plan", (ClusterNames.CompressedPlanKey, Convert.ToBase64String(compressed.ToArray())));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_stopping_router_does_not_wait_for_the_API_server(bool hangs)
    {
        Set(SomePlan.Stable());
        Api.Hangs = _ => hangs;
        var router = await StartAsync(isReady: !hangs);
        await RunningRouter.UntilAsync(() => Api.Calls.Count > (hangs ? 0 : 1), "it sends a request");
        await router.DisposeAsync().AsTask().WaitAsync(RawConnection.Patience, TestContext.Current.CancellationToken);
        await RunningRouter.UntilAsync(() => Api.OpenWatches == 0, "its watch is closed");
    }
}
