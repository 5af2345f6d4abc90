using Grpc.Net.Client;
using ModelServing.Contracts;
using ModelServing.OpenInference.Messages;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Inference.Pools;

/// <summary>One service that serves the versions of a pool.</summary>
public sealed class PoolTests
{
    private static readonly (string, int)[] Three = [("a", 1), ("a", 2), ("b", 1)];

    [Fact]
    public async Task Concurrent_requests_get_the_answers_of_their_own_versions()
    {
        (string Model, int Version)[] versions = [.. Enumerable.Range(1, 12).Select(static i => ($"m{i % 4}", i))];
        await using var pool = await RunningPool.StartAsync(versions);
        await Task.WhenAll(Enumerable.Range(0, 240).Select(async i =>
        {
            var (model, version) = versions[i % versions.Length];
            var (status, body) = await pool.AskAsync(model, version, i);
            Assert.True(status == 200, body);
            Assert.Contains($"\"model_name\":\"{model}\",\"model_version\":\"{version}\"", body, StringComparison.Ordinal);
            // The factor of the version is its number.
            Assert.Equal(i * version, RunningPool.ValueIn(body));
        }));
    }

    [Fact]
    public async Task A_path_without_a_version_is_that_of_the_only_version_and_names_the_versions_where_there_are_several()
    {
        await using var pool = await RunningPool.StartAsync(Three);
        var (status, body) = await pool.AskAsync("/v2/models/b/infer", 2);
        Assert.Equal((200, 6f), (status, RunningPool.ValueIn(body)));
        (status, body) = await pool.AskAsync("/v2/models/a/infer", 2);
        Assert.Equal(404, status);
        Assert.Contains(
            "this service has several versions of a: 1, 2; name one, as in /v2/models/a/versions/1", body, StringComparison.Ordinal);
        (status, body) = await pool.AskAsync("/v2/models/c/infer", 2);
        Assert.Equal(404, status);
        Assert.Contains("of 3 versions", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metadata_statistics_and_readiness_are_those_of_each_version()
    {
        await using var pool = await RunningPool.StartAsync(Three);
        for (var i = 0; i < 3; i++)
            Assert.Equal(2, await pool.FactorOfAsync("a", 2));
        var (_, models) = await pool.GetAsync("/v2/models");
        Assert.Equal(["a", "b"], models.GetProperty("models").EnumerateArray().Select(static model => model.GetString()));
        var (_, metadata) = await pool.GetAsync("/v2/models/a/versions/2");
        Assert.Equal("2", metadata.GetProperty("versions")[0].GetString());
        Assert.Equal((200, true), await ReadyAsync("/v2/models/a/versions/1/ready"));
        Assert.Equal((200, true), await ReadyAsync("/v2/models/b/ready"));
        await RunningInference.UntilAsync(
            async () => await CountsAsync() is [("a", "1", 0), ("a", "2", 3), ("b", "1", 0)], "the statistics never had the requests");

        async Task<(int, bool)> ReadyAsync(string path)
        {
            var (status, body) = await pool.GetAsync(path);
            return (status, body.GetProperty("ready").GetBoolean());
        }

        async Task<(string, string, long)[]> CountsAsync() => [.. (await pool.GetAsync("/v2/models/stats")).Body
            .GetProperty("model_stats").EnumerateArray()
            .Select(static one => (
                one.GetProperty("name").GetString()!,
                one.GetProperty("version").GetString()!,
                one.GetProperty("inference_count").GetInt64()))];
    }

    [Fact]
    public async Task A_refused_version_says_why_and_the_others_are_served()
    {
        using var folder = new TemporaryFolder();
        await RunningPool.PublishAsync(folder, "a", 1, RunningPool.Times(7));
        await RunningPool.PublishAsync(folder, "bad", 1, RunningPool.Times(1));
        File.AppendAllText(folder.Combine("models/models/bad/1/model.onnx"), "x");
        await using var pool = await RunningPool.StartOnAsync(
            folder, [RunningPool.Version("a", 1), RunningPool.Version("bad", 1), RunningPool.Version("missing", 1)]);
        Assert.Equal(7, await pool.FactorOfAsync("a", 1));
        foreach (var model in (string[])["bad", "missing"])
        {
            var why = $"{model} version 1 is refused: ";
            var (status, body) = await pool.GetAsync(RunningPool.PathOf(model, 1) + "/ready");
            Assert.Equal((503, false), (status, body.GetProperty("ready").GetBoolean()));
            Assert.StartsWith(why, body.GetProperty("reason").GetString(), StringComparison.Ordinal);
            var (refused, text) = await pool.AskAsync(model, 1, 1);
            Assert.Equal(503, refused);
            Assert.Contains(why, text, StringComparison.Ordinal);
        }

        Assert.Equal(0, pool.Service.ExitCode);
    }

    [Fact]
    public async Task Calls_by_gRPC_reach_their_versions()
    {
        await using var pool = await RunningPool.StartAsync(Three, static settings => settings with { GrpcUrls = "http://127.0.0.1:0" });
        using var channel = GrpcChannel.ForAddress(pool.Service.Grpc);
        var client = new GRPCInferenceService.GRPCInferenceServiceClient(channel);
        foreach (var (model, version, factor) in ((string, string, float)[])[("a", "1", 1), ("a", "2", 2), ("b", "", 3)])
        {
            var request = new ModelInferRequest { ModelName = model, ModelVersion = version };
            request.Inputs.Add(new ModelInferRequest.Types.InferInputTensor
            {
                Name = "x",
                Datatype = "FP32",
                Shape = { 1 },
                Contents = new InferTensorContents { Fp32Contents = { 5 } },
            });
            var answer = await client.ModelInferAsync(request, cancellationToken: TestContext.Current.CancellationToken);
            Assert.Equal(5 * factor, answer.Outputs[0].Contents.Fp32Contents[0]);
            Assert.True((await client.ModelReadyAsync(
                new ModelReadyRequest { Name = model, Version = version },
                cancellationToken: TestContext.Current.CancellationToken)).Ready);
        }
    }

    [Fact]
    public async Task Each_version_has_its_own_series_of_metrics()
    {
        await using var pool = await RunningPool.StartAsync(Three);
        await pool.FactorOfAsync("a", 1);
        await pool.FactorOfAsync("b", 1);
        await pool.FactorOfAsync("b", 1);
        await pool.Service.UntilMetricsMatch(
            "modelserving_inference_request_duration_seconds_count\\{[^}]*model=\"b\",[^}]*version=\"1\"[^}]*\\} 2");
        await pool.Service.UntilMetricsMatch("modelserving_inference_queue_length\\{[^}]*model=\"a\",[^}]*version=\"2\"[^}]*\\} 0");
    }

    [Fact]
    public async Task A_document_that_can_not_be_read_is_an_error_of_the_settings()
    {
        using var folder = new TemporaryFolder();
        var settings = RunningPool.Settings(folder, [RunningPool.Version("a", 1)]);
        File.WriteAllText(folder.Combine("pool.json"), "{}");
        await Assert.ThrowsAsync<ContractException>(() => RunningInference.StartOnAsync(settings));
        var missing = await Assert.ThrowsAsync<ContractException>(
            () => RunningInference.StartOnAsync(settings with { Pool = "file:/no/pool.json" }));
        Assert.StartsWith("the pool file:/no/pool.json can't be read: ", missing.Message, StringComparison.Ordinal);
    }
}
