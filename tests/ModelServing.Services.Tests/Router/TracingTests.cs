using System.Net;
using System.Text;
using ModelServing.Contracts;
using ModelServing.Registry;
using ModelServing.Services.Tests.Hosting;
using ModelServing.Services.Tests.Inference;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Router;

/// <summary>One trace from the caller through the router to the version.</summary>
[Collection(RunningRouter.OneAtATime)]
public class TracingTests
{
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";
    private const string Caller = "b7ad6b7169203331";

    private static readonly string Header = $"traceparent: 00-{Trace}-{Caller}-01\r\n";

    private static readonly PlanDocument Plan = SomePlan.Stable() with
    {
        Rollouts = new()
        {
            [RunningInference.Model] = SomePlan.Stable().Rollouts[SomePlan.Model] with
            {
                Variants = [new(VariantPlan.Stable, RunningInference.Version, PlanDocument.Buckets)],
            },
        },
    };

    [Fact]
    public async Task The_spans_of_router_and_version_are_one_tree_below_the_callers()
    {
        await using var collector = await SomeCollector.StartAsync();
        string requestId;
        await using (var version = await RunningInference.StartAsync(
            SomeOnnx.AddAndMultiply(Datatype.Fp32, -1), settings => settings with { OtlpEndpoint = collector.Address }))
        {
            await using var router = await RunningRouter.StartAsync(router => router with { OtlpEndpoint = collector.Address });
            router.Swap(Plan, Endpoints(version.Address));
            const string Sum =
                """{"inputs":[{"name":"a","shape":[1],"datatype":"FP32","data":[1]},{"name":"b","shape":[1],"datatype":"FP32","data":[2]}]}""";
            var answer = await router.InferAsync(Sum, Header, "/v2/models/m/infer");
            Assert.Equal(200, answer.Status);
            requestId = answer[HeaderNames.RequestId]!;
        }

        // Both hosts have ended, and exported what they had. In one process, each exports the spans of both.
        var spans = collector.Spans.Where(static span => span.Trace == Trace).DistinctBy(static span => span.Id).ToList();
        var server = Assert.Single(spans, static span => span.Parent == Caller);
        Assert.Equal(requestId, server.Tags["modelserving.request.id"]);
        var attempt = Assert.Single(spans, span => span.Parent == server.Id);
        Assert.Equal(("attempt", "m"), (attempt.Name, attempt.Tags["modelserving.model"]));
        var inner = Assert.Single(spans, span => span.Parent == attempt.Id);
        Assert.Equal(requestId, inner.Tags["modelserving.request.id"]);
        Assert.Equal(
            ["encode", "model", "queue", "read"],
            spans.Where(span => span.Parent == inner.Id).Select(static span => span.Name).Order());
        Assert.Equal(7, spans.Count);
    }

    [Fact]
    public async Task Metrics_are_exported_too_and_still_scraped()
    {
        await using var collector = await SomeCollector.StartAsync();
        await using var version = RawServer.Saying("{}");
        await using (var router = await RunningRouter.StartAsync(router => router with { OtlpEndpoint = collector.Address }))
        {
            router.Swap(SomePlan.Stable(), SomePlan.Endpoints((1, version.Address)));
            await router.InferAsync();
            await router.AssertCountAsync(1, "modelserving_router_request_duration_seconds_count", "status=\"200\"");
        }

        Assert.Contains(
            collector.Metrics,
            static export => Encoding.Latin1.GetString(export).Contains(MetricNames.RouterRequestDuration, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_a_collector_the_callers_header_reaches_the_version_as_it_is()
    {
        RawMessage? seen = null;
        await using var version = RawServer.Answering(request =>
        {
            seen = request;
            return RawServer.Ok("{}");
        });
        await using var router = await RunningRouter.StartAsync(version);
        await router.InferAsync(headers: Header);
        Assert.Equal($"00-{Trace}-{Caller}-01", seen!["traceparent"]);
    }

    [Fact]
    public async Task A_collector_that_does_not_answer_costs_no_request()
    {
        await using var version = RawServer.Saying("{}");
        await using var router = await RunningRouter.StartAsync(
            router => router with { OtlpEndpoint = $"http://{RawServer.NobodyThere()}" });
        router.Swap(SomePlan.Stable(), SomePlan.Endpoints((1, version.Address)));
        for (var i = 0; i < 20; i++)
            Assert.Equal(200, (await router.InferAsync()).Status);
    }

    private static EndpointsDocument Endpoints(IPEndPoint version) => new()
    {
        Schema = EndpointsDocument.CurrentSchema,
        Endpoints = [new(RunningInference.Model, RunningInference.Version, version.ToString(), 1)],
    };
}
