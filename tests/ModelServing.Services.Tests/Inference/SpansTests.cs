using ModelServing.Registry;
using ModelServing.Services.Tests.Hosting;
using ModelServing.Services.Tests.Inference.Features;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Inference;

/// <summary>What a version exports about a request: a span for each of its parts, with the caller's trace.</summary>
[Collection(nameof(OwnProcess))]
public sealed class SpansTests : IAsyncLifetime
{
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";
    private const string Caller = "b7ad6b7169203331";

    private SomeCollector collector = null!;

    public async ValueTask InitializeAsync() => collector = await SomeCollector.StartAsync();

    public ValueTask DisposeAsync() => collector.DisposeAsync();

    [Fact]
    public async Task Decode_features_queue_compute_and_encode_have_a_span_each_one_after_the_other()
    {
        await using var store = await SomeFeatureStore.StartAsync();
        store.Pay(1, 1000, 3000);
        await store.FollowAsync();
        await using (var service = await RunningInference.StartAsync(
            SomeOnnx.Identity(Datatype.Fp32, -1, 4),
            settings => settings with
            {
                OtlpEndpoint = collector.Address,
                Cache = store.Cache.Settings,
                FeatureTimeout = TimeSpan.FromSeconds(20),
            },
            static registry => SomeFeatureStore.Publish(registry),
            new TrainingInfo { Features = SomeFeatureStore.Features }))
            await AnswerAsync(service, SomeFeatureStore.Body("1", "40"));

        AssertParts("read", "features", "queue", "model", "encode");
    }

    [Fact]
    public async Task A_model_without_features_has_all_but_their_span()
    {
        await using (var service = await RunningInference.StartAsync(
            SomeOnnx.Identity(Datatype.Fp32, -1, 4), settings => settings with { OtlpEndpoint = collector.Address }))
            await AnswerAsync(service, """{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,3,4]}]}""");

        AssertParts("read", "queue", "model", "encode");
    }

    [Fact]
    public async Task A_load_and_its_warm_up_are_measured()
    {
        await using var service = await RunningInference.StartAsync(SomeOnnx.Identity(Datatype.Fp32, -1, 4));
        await service.UntilMetricsMatch("""modelserving_inference_load_duration_seconds_count\{[^}]*version="3"[^}]*\} 1""");
        await service.UntilMetricsMatch("""modelserving_inference_warm_up_duration_seconds_count\{[^}]*version="3"[^}]*\} 1""");
    }

    private static async Task AnswerAsync(RunningInference service, string body)
    {
        var answer = await service.SendAsync(body, ("traceparent", $"00-{Trace}-{Caller}-01"));
        Assert.True(answer.Status == 200, answer.Body);
        // The request's span ends after its caller has the answer.
        await service.StopAsync();
    }

    // The host has ended, and exported what it had.
    private void AssertParts(params string[] names)
    {
        var spans = collector.Spans.Where(static span => span.Trace == Trace).DistinctBy(static span => span.Id).ToList();
        var request = Assert.Single(spans, static span => span.Parent == Caller);
        var parts = spans.Where(span => span.Parent == request.Id).OrderBy(static span => span.Began).ToList();
        Assert.Equal(names, parts.Select(static part => part.Name));
        for (var i = 1; i < parts.Count; i++)
            Assert.True(parts[i].Began >= parts[i - 1].Ended, $"{parts[i].Name} began before {parts[i - 1].Name} ended");
    }
}
