using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModelServing.Registry;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Inference;

public class InferenceTests
{
    private const string Sum =
        """{"id":"q-1","inputs":[{"name":"a","shape":[2],"datatype":"FP32","data":[1,2.5]},{"name":"b","shape":[2],"datatype":"FP32","data":[10,20]}]}""";

    [Fact]
    public async Task It_answers_by_the_protocol_with_and_without_the_version_in_the_path()
    {
        await using var service = await RunningInference.StartAsync(SomeOnnx.AddAndMultiply(Datatype.Fp32, -1));
        const string Answer =
            """{"model_name":"m","model_version":"3","id":"q-1","outputs":[{"name":"sum","datatype":"FP32","shape":[2],"data":[11,22.5]},{"name":"product","datatype":"FP32","shape":[2],"data":[10,50]}]}""";
        foreach (var path in (string[])["/v2/models/m/infer", "/v2/models/m/versions/3/infer"])
        {
            using var answer = await service.Client.PostAsync(path, new StringContent(Sum));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
            Assert.Equal(Answer.Length, answer.Content.Headers.ContentLength);
            Assert.Equal(Answer, await answer.Content.ReadAsStringAsync());
        }
    }

    [Fact]
    public async Task It_answers_with_the_wanted_outputs_in_the_order_of_the_request()
    {
        await using var service = await RunningInference.StartAsync(SomeOnnx.AddAndMultiply(Datatype.Fp32, -1));
        var (status, body) = await service.InferAsync(Sum.Replace(
            "}]}",
            "}],\"outputs\":[{\"name\":\"product\"}]}",
            StringComparison.Ordinal));
        Assert.Equal(200, status);
        Assert.Equal("product", JsonNode.Parse(body)!["outputs"]!.AsArray().Single()!["name"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("/v2", """{"name":"modelserving-inference","version":"1.0.0","extensions":["binary_tensor_data","parameters","schedule_policy","statistics"]}""")]
    [InlineData("/v2/health/live", """{"live":true}""")]
    [InlineData("/v2/health/ready", """{"ready":true}""")]
    [InlineData("/v2/models", """{"models":["m"]}""")]
    [InlineData("/v2/models/m/ready", """{"name":"m","ready":true}""")]
    [InlineData("/v2/models/m/versions/3/ready", """{"name":"m","ready":true}""")]
    [InlineData(
        "/v2/models/m",
        """{"name":"m","versions":["3"],"platform":"onnxruntime_onnx","inputs":[{"name":"x","datatype":"BYTES","shape":[-1,2]}],"outputs":[{"name":"y","datatype":"BYTES","shape":[-1,2]}]}""")]
    [InlineData("/health/ready", "ok\n")]
    public async Task It_describes_itself(string path, string answer)
    {
        await using var service = await RunningInference.StartAsync(SomeOnnx.Identity(Datatype.Bytes, -1, 2));
        Assert.Equal(answer, await service.Client.GetStringAsync(path));
    }

    [Fact]
    public async Task Every_data_type_passes_through_unchanged()
    {
        foreach (var datatype in Enum.GetValues<Datatype>())
        {
            var data = datatype switch
            {
                Datatype.Bool =>
                "[true,false]",
                Datatype.Bytes =>
                    "[\"Gr\u00fc\u00df \\\"Gott\\\"\",\"\"]",
                Datatype.Fp16 or Datatype.Bf16 or Datatype.Fp32 or Datatype.Fp64 =>
                        "[0.5,-3]",
                _ => "[0,100]"
            };
            await using var service = await RunningInference.StartAsync(SomeOnnx.Identity(datatype, -1));
            var (status, body) =
                await service.InferAsync(
                    $$"""{"inputs":[{"name":"x","shape":[2],"datatype":"{{DatatypeNames.NameOf(datatype)}}","data":{{data}}}]}""");
            Assert.True(status == 200, $"{datatype}: {body}");
            Assert.Contains($"\"data\":{data}", body, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(Datatype.Fp16)]
    [InlineData(Datatype.Fp32)]
    [InlineData(Datatype.Fp64)]
    public async Task An_answer_with_NaN_or_infinity_anywhere_reports_it_and_is_valid_JSON(Datatype datatype)
    {
        await using var service = await RunningInference.StartAsync(SomeOnnx.Reciprocal(datatype));
        // Longer than any vector, and not a multiple of its length.
        const int Length = 71;
        foreach (var (element, result) in ((string, string)[])[("1", "1"), ("0", "\"Infinity\""), ("-0.0", "\"-Infinity\"")])
        {
            foreach (var position in (int[])[0, 40, Length - 1])
            {
                string Data(string special) =>
                    $"[{string.Join(',', Enumerable.Range(0, Length).Select(i => i == position ? special : "-2"))}]";
                var answer = await service.SendAsync(
                    $$"""{"inputs":[{"name":"x","shape":[{{Length}}],"datatype":"{{DatatypeNames.NameOf(datatype)}}","data":{{Data(element)}}}]}""");
                Assert.True(answer.Status == 200, answer.Body);
                var expected = Data(result).Replace("-2", "-0.5", StringComparison.Ordinal);
                Assert.Contains($"\"data\":{expected}", answer.Body, StringComparison.Ordinal);
                Assert.Equal(element == "1" ? null : "non-finite", answer.Outcome);
            }
        }
    }

    [Fact]
    public async Task Only_wanted_outputs_are_checked_for_NaN_and_infinity()
    {
        await using var service = await RunningInference.StartAsync(SomeOnnx.AddAndMultiply(Datatype.Fp32, -1));
        foreach (var (wanted, outcome) in ((string, string?)[])[("sum", null), ("product", "non-finite")])
        {
            using var answer = await service.Client.PostAsync("/v2/models/m/infer", new StringContent(
                $$"""{"inputs":[{"name":"a","shape":[1],"datatype":"FP32","data":[1e38]},{"name":"b","shape":[1],"datatype":"FP32","data":[1e38]}],"outputs":[{"name":"{{wanted}}"}]}"""));
            Assert.Equal(outcome, answer.Headers.TryGetValues("X-Model-Outcome", out var values) ? values.Single() : null);
        }
    }

    [Theory]
    [InlineData("0", 400)]
    [InlineData("soon", 400)]
    [InlineData("60000", 200)]
    public async Task A_request_may_limit_its_wait(string timeout, int expected)
    {
        await using var service = await RunningInference.StartAsync(SomeOnnx.AddAndMultiply(Datatype.Fp32, -1));
        using var message = new HttpRequestMessage(HttpMethod.Post, "/v2/models/m/infer") { Content = new StringContent(Sum) };
        message.Headers.Add("X-Request-Timeout", timeout);
        using var answer = await service.Client.SendAsync(message);
        Assert.Equal(expected, (int)answer.StatusCode);
        if (expected == 400)
            Assert.Contains("a whole number of milliseconds from 1", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_of_many_segments_is_read_as_one()
    {
        const int Rows = 20_000;
        await using var service = await RunningInference.StartAsync(SomeOnnx.Identity(Datatype.Fp64, -1));
        var data = string.Join(',', Enumerable.Range(0, Rows).Select(i => i / 8.0));
        var (status, body) =
            await service.InferAsync($$"""{"inputs":[{"name":"x","shape":[{{Rows}}],"datatype":"FP64","data":[{{data}}]}]}""");
        Assert.Equal(200, status);
        Assert.Equal(
            Enumerable.Range(0, Rows).Select(i => i / 8.0),
            JsonNode.Parse(body)!["outputs"]![0]!["data"].Deserialize<double[]>()!);
    }

    [Theory]
    [InlineData("{\"inputs\":[]}", 400, "invalid-request", "inputs: 'a' is missing; the model takes a FP32 [-1], b FP32 [-1]")]
    [InlineData(
        """{"inputs":[{"name":"a","shape":[2],"datatype":"FP32","data":[1,2]},{"name":"b","shape":[3],"datatype":"FP32","data":[1,2,3]}]}""",
        400,
        "invalid-request",
        "inputs: 'a' has the shape [2] with the length 2 in dimension 0 and 'b' has the shape [3] with the length 3 in dimension 0; ")]
    public async Task A_request_that_fails_is_answered_as_a_problem_with_the_protocols_error(
        string request,
        int expected,
        string kind,
        string detail)
    {
        await using var service = await RunningInference.StartAsync(SomeOnnx.Add(Datatype.Fp32, -1));
        using var message = new HttpRequestMessage(HttpMethod.Post, "/v2/models/m/infer") { Content = new StringContent(request) };
        message.Headers.Add("X-Request-Id", "R1");
        using var answer = await service.Client.SendAsync(message);
        var problem = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        Assert.Equal(expected, (int)answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal($"urn:modelserving:problem:{kind}", problem["type"]!.GetValue<string>());
        Assert.StartsWith(detail, problem["error"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal("R1", problem["requestId"]!.GetValue<string>());
        // It continues to serve.
        Assert.Equal(200, (await service.InferAsync(Sum)).Status);
    }

    [Theory]
    [InlineData("GET", "/v2/models/m/infer", 405, "accepts POST, not GET")]
    [InlineData("POST", "/v2/models/m", 405, "accepts GET, HEAD, not POST")]
    [InlineData("GET", "/v2/models/other", 404, "this service has /v2/models/m/versions/3")]
    [InlineData("POST", "/v2/models/m/versions/2/infer", 404, "this service has /v2/models/m/versions/3")]
    [InlineData("GET", "/", 404, "There is nothing at /")]
    public async Task The_problem_for_an_unknown_path_names_the_known_ones(string method, string path, int expected, string detail)
    {
        await using var service = await RunningInference.StartAsync(SomeOnnx.Add(Datatype.Fp32, -1));
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var answer = await service.Client.SendAsync(request);
        Assert.Equal(expected, (int)answer.StatusCode);
        Assert.Contains(detail, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(expected == 405, answer.Content.Headers.Allow.Count > 0);
    }

    [Fact]
    public async Task An_unsupported_or_too_large_body_is_refused()
    {
        await using var service = await RunningInference.StartAsync(
            SomeOnnx.Add(Datatype.Fp32, -1),
            settings => settings with { MaxRequestBytes = 1000 });
        using var compressed = new HttpRequestMessage(HttpMethod.Post, "/v2/models/m/infer") { Content = new StringContent(Sum) };
        compressed.Content.Headers.ContentEncoding.Add("br");
        using var alsoRefused = await service.Client.SendAsync(compressed);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, alsoRefused.StatusCode);

        var (status, body) = await service.InferAsync(new string(' ', 1001));
        Assert.Equal(413, status);
        Assert.Contains("1000 bytes", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_callers_at_once_each_get_their_own_answer()
    {
        await using var service = await RunningInference.StartAsync(
            SomeOnnx.Add(Datatype.Int64, -1),
            settings => settings with { Concurrency = 2 });
        await Parallel.ForEachAsync(Enumerable.Range(0, 500), new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (i, _) =>
        {
            var (status, body) =
                await service.InferAsync(
                    $$"""{"id":"{{i}}","inputs":[{"name":"a","shape":[1],"datatype":"INT64","data":[{{i}}]},{"name":"b","shape":[1],"datatype":"INT64","data":[1000]}]}""");
            Assert.Equal(200, status);
            Assert.Contains($"\"id\":\"{i}\"", body, StringComparison.Ordinal);
            Assert.Contains($"\"data\":[{i + 1000}]", body, StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData("model.onnx", "damaged")]
    [InlineData("manifest.json", "{")]
    public async Task A_version_that_is_damaged_ends_the_process_with_an_exit_code(string file, string content)
    {
        await using var service = await RunningInference.StartAsync(SomeOnnx.Add(Datatype.Fp32, -1), damage: folder =>
            File.WriteAllText(folder.Combine("models", "m", "3", file), content));
        Assert.Equal(1, service.ExitCode);
    }

    [Fact]
    public async Task A_manifest_with_other_inputs_than_the_model_is_refused()
    {
        await using var service = await RunningInference.StartAsync(SomeOnnx.Add(Datatype.Fp32, -1), damage: folder =>
        {
            var manifest = folder.Combine("models", "m", "3", "manifest.json");
            File.WriteAllText(manifest, File.ReadAllText(manifest).Replace("\"FP32\"", "\"FP64\"", StringComparison.Ordinal));
        });
        Assert.Equal(1, service.ExitCode);
    }

    [Fact]
    public async Task A_model_that_the_runtime_refuses_ends_the_process_with_an_exit_code()
    {
        var unknown = SomeOnnx.Model(
            [SomeOnnx.Value("x", Datatype.Fp32, [1])],
            [SomeOnnx.Value("y", Datatype.Fp32, [1])],
            SomeOnnx.Node("NoSuchOperator", ["x"], ["y"]));
        await using var service = await RunningInference.StartAsync(unknown);
        Assert.Equal(1, service.ExitCode);
    }

    [Fact]
    public async Task It_counts_requests_by_status_and_counts_calls_of_the_model()
    {
        await using var service = await RunningInference.StartAsync(SomeOnnx.Add(Datatype.Fp32, -1));
        await service.InferAsync(Sum);
        await service.InferAsync(Sum);
        await service.InferAsync("{}");
        await service.UntilMetricsMatch(
            """modelserving_inference_request_duration_seconds_count\{[^}]*model="m",status="200",version="3"[^}]*\} 2""");
        await service.UntilMetricsMatch(
            """modelserving_inference_request_duration_seconds_count\{[^}]*model="m",status="400",version="3"[^}]*\} 1""");
        await service.UntilMetricsMatch("""modelserving_inference_model_duration_seconds_count\{[^}]*model="m",version="3"[^}]*\} 2""");
    }
}
