using System.Text.Json.Nodes;
using ModelServing.Contracts;
using ModelServing.Registry;
using ModelServing.TestKit;
using NJsonSchema;

namespace ModelServing.Services.Tests.Inference;

/// <summary>The answers of a version have the forms that the API's description gives them.</summary>
public class DescriptionTests
{
    private const string Sum =
        """{"id":"q","inputs":[{"name":"a","shape":[1],"datatype":"FP32","data":[1]},{"name":"b","shape":[1],"datatype":"FP32","data":[2]}]}""";

    [Fact]
    public async Task Answers_and_problems_have_the_described_forms()
    {
        await using var service = await RunningInference.StartAsync(SomeOnnx.AddAndMultiply(Datatype.Fp32, -1));
        await AssertFormAsync("ServerMetadata", await service.Client.GetStringAsync("/v2"));
        await AssertFormAsync("Ready", await service.Client.GetStringAsync("/v2/health/ready"));
        await AssertFormAsync("ModelList", await service.Client.GetStringAsync("/v2/models"));
        await AssertFormAsync("ModelMetadata", await service.Client.GetStringAsync("/v2/models/m"));
        await AssertFormAsync("ModelReady", await service.Client.GetStringAsync("/v2/models/m/ready"));
        await AssertFormAsync("InferRequest", Sum);
        var (status, body) = await service.InferAsync(Sum);
        Assert.Equal(200, status);
        await AssertFormAsync("InferResponse", body);
        (status, body) = await service.InferAsync("{}");
        Assert.Equal(400, status);
        await AssertFormAsync("Problem", body);
        Assert.NotEmpty((await SchemaAsync("InferResponse")).Validate("""{"model_name":"m","outputs":[{"name":"a"}]}"""));
    }

    [Theory]
    [InlineData("/v2/models/m/stats")]
    [InlineData("/v2/models/m/versions/3/stats")]
    [InlineData("/v2/models/stats")]
    public async Task The_statistics_count_rows_and_failures(string path)
    {
        await using var service = await RunningInference.StartAsync(SomeOnnx.Identity(Datatype.Fp32, -1));
        async Task<JsonNode> StatsAsync() =>
            JsonNode.Parse(await service.Client.GetStringAsync(path))!["model_stats"]!.AsArray().Single()!;
        Assert.Equal(0, (long)(await StatsAsync())["last_inference"]!);
        var before = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        await service.InferAsync("""{"inputs":[{"name":"x","shape":[3],"datatype":"FP32","data":[1,2,3]}]}""");
        await service.InferAsync("{}");
        // A failure is counted after its last byte was sent.
        await RunningInference.UntilAsync(
            async () => (long)(await StatsAsync())["inference_stats"]!["fail"]!["count"]! == 1, "the failure was never counted");
        var stats = await StatsAsync();
        await AssertFormAsync("ModelStats", await service.Client.GetStringAsync(path));
        Assert.Equal(("m", "3"), ((string)stats["name"]!, (string)stats["version"]!));
        Assert.Equal((3, 1), ((long)stats["inference_count"]!, (long)stats["execution_count"]!));
        Assert.InRange((long)stats["last_inference"]!, before - 1000, before + 600_000);
        foreach (var name in (string[])["success", "queue", "compute_input", "compute_infer", "compute_output"])
            Assert.Equal(1, (long)stats["inference_stats"]![name]!["count"]!);
        Assert.True((long)stats["inference_stats"]!["compute_infer"]!["ns"]! > 0);
    }

    [Fact]
    public async Task An_answer_has_the_times_of_its_parts()
    {
        await using var service = await RunningInference.StartAsync(SomeOnnx.AddAndMultiply(Datatype.Fp32, -1));
        using var answer = await service.Client.PostAsync(InferencePaths.Infer(RunningInference.Model), new StringContent(Sum));
        Assert.Matches(
            @"^read;dur=\d+\.\d{3}, queue;dur=\d+\.\d{3}, model;dur=\d+\.\d{3}, encode;dur=\d+\.\d{3}" +
                (OperatingSystem.IsLinux() ? @", work;dur=\d+\.\d{3}$" : "$"),
            answer.Headers.GetValues(HeaderNames.ServerTiming).Single());
        using var refused = await service.Client.PostAsync(InferencePaths.Infer(RunningInference.Model), new StringContent("{}"));
        Assert.Matches(@"^read;dur=\d+\.\d{3}$", refused.Headers.GetValues(HeaderNames.ServerTiming).Single());
    }

    private static async Task AssertFormAsync(string name, string json) =>
        Assert.Empty((await SchemaAsync(name)).Validate(json).Select(static fault => fault.ToString()));

    private static async Task<JsonSchema> SchemaAsync(string name)
    {
        var document = JsonNode.Parse(
            await File.ReadAllTextAsync(Repository.Combine("services", "Router", "Description", "openapi.json")))!;
        var schema = new JsonObject
        {
            ["$ref"] = "#/definitions/" + name,
            ["definitions"] = document["components"]!["schemas"]!.DeepClone(),
        };
        // The library knows only the place for definitions that JSON Schema gives them.
        return await JsonSchema.FromJsonAsync(
            schema.ToJsonString().Replace("#/components/schemas/", "#/definitions/", StringComparison.Ordinal));
    }
}
