using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using ModelServing.Hosting;
using ModelServing.Hosting.Memory;
using ModelServing.Inference;
using ModelServing.Registry;
using ModelServing.TestKit;
using NJsonSchema;

namespace ModelServing.Services.Tests.Inference.Description;

/// <summary>A version's document at <c>/openapi.json</c> says what its routes do, and what its model takes.</summary>
public sealed class ApiDescriptionTests
{
    private static readonly string[] Methods = ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"];

    [Fact]
    public async Task Every_path_is_described_and_answers_as_it_is_described()
    {
        await using var service = await RunningInference.StartAsync(SomeOnnx.AddAndMultiply(Datatype.Fp32, -1));
        var document = await DocumentAsync(service);
        var described = document["paths"]!.AsObject();
        var mapped = service.Get<IEnumerable<EndpointDataSource>>()
            .SelectMany(static source => source.Endpoints)
            .OfType<RouteEndpoint>()
            .Select(static endpoint => "/" + endpoint.RoutePattern.RawText!.TrimStart('/'))
            .Where(static pattern => pattern != "/{**path}");
        Assert.Equal(mapped.Distinct().Order(), described.Select(static path => path.Key).Order());
        foreach (var (path, operations) in described)
        {
            var (method, operation) = Assert.Single(operations!.AsObject());
            foreach (var other in Methods.Where(other => !other.Equals(method, StringComparison.OrdinalIgnoreCase)))
            {
                using var refused = await AskAsync(service, other, path);
                Assert.True((int)refused.StatusCode == 405, $"{other} {path}: {refused.StatusCode}");
                Assert.Equal(method == "get" ? ["GET", "HEAD"] : ["POST"], refused.Content.Headers.Allow.Order());
            }

            using var answer = await AskAsync(service, method.ToUpperInvariant(), path);
            var response = operation!["responses"]![$"{(int)answer.StatusCode}"];
            Assert.True(response is not null, $"{method} {path}: {answer.StatusCode}");
            var types = Resolve(document, response)["content"]!.AsObject().Select(static type => type.Key);
            Assert.Contains(answer.Content.Headers.ContentType!.MediaType!, types);
        }
    }

    [Fact]
    public async Task Every_problem_is_described_with_its_status()
    {
        await using var service = await RunningInference.StartAsync(SomeOnnx.AddAndMultiply(Datatype.Fp32, -1));
        var described = (await DocumentAsync(service))["components"]!["responses"]!.AsObject()
            .SelectMany(static response => response.Value!["x-reasons"]!.AsArray().Select(reason => $"{response.Key} {reason}"));
        var problems = ((Type[])[typeof(Problems), typeof(ByteBudget)])
            .SelectMany(static type => type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            .Select(static field => field.GetValue(null))
            .OfType<Problem>()
            .Where(static problem => problem.Status is not (404 or 405))
            .Select(static problem => $"{problem.Status} {problem.Reason}");
        Assert.Empty(problems.Except(described));
    }

    [Theory]
    [InlineData(Datatype.Fp32)]
    [InlineData(Datatype.Int64)]
    [InlineData(Datatype.Uint8)]
    [InlineData(Datatype.Bool)]
    [InlineData(Datatype.Bytes)]
    public async Task The_example_is_a_request_that_the_model_answers(Datatype datatype)
    {
        await using var service = await RunningInference.StartAsync(SomeOnnx.Identity(datatype, -1, 3));
        var document = await DocumentAsync(service);
        var example = document["components"]!["schemas"]!["InferRequest"]!["example"]!;
        Assert.Equal("[1,3]", example["inputs"]![0]!["shape"]!.ToJsonString());
        var schema = await SchemaAsync(document, "InferRequest");
        Assert.Empty(schema.Validate(example.ToJsonString()));
        var (status, body) = await service.InferAsync(example.ToJsonString());
        Assert.True(status == 200, body);
        Assert.Empty((await SchemaAsync(document, "InferResponse")).Validate(body));
    }

    [Theory]
    [InlineData("""{"inputs":[{"name":"y","shape":[1,3],"datatype":"FP32","data":[1,2,3]}]}""")]
    [InlineData("""{"inputs":[{"name":"x","shape":[3],"datatype":"FP32","data":[1,2,3]}]}""")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,3],"datatype":"FP64","data":[1,2,3]}]}""")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,3],"datatype":"FP32","data":[1,2,"three"]}]}""")]
    [InlineData("""{"inputs":[]}""")]
    public async Task What_the_model_refuses_is_not_valid_by_the_document(string request)
    {
        await using var service = await RunningInference.StartAsync(SomeOnnx.Identity(Datatype.Fp32, -1, 3));
        Assert.Equal(400, (await service.InferAsync(request)).Status);
        Assert.NotEmpty((await SchemaAsync(await DocumentAsync(service), "InferRequest")).Validate(request));
    }

    private static async Task<JsonNode> DocumentAsync(RunningInference service) =>
        JsonNode.Parse(await service.Client.GetStringAsync("/openapi.json", TestContext.Current.CancellationToken))!;

    private static async Task<HttpResponseMessage> AskAsync(RunningInference service, string method, string path)
    {
        using var message = new HttpRequestMessage(new HttpMethod(method), path) { Content = new StringContent("{}") };
        return await service.Client.SendAsync(message, TestContext.Current.CancellationToken);
    }

    private static async Task<JsonSchema> SchemaAsync(JsonNode document, string name)
    {
        var schema = new JsonObject
        {
            ["$ref"] = "#/definitions/" + name,
            ["definitions"] = document["components"]!["schemas"]!.DeepClone(),
        };
        // The library knows only the place for definitions that JSON Schema gives them.
        return await JsonSchema.FromJsonAsync(
            schema.ToJsonString().Replace("#/components/schemas/", "#/definitions/", StringComparison.Ordinal),
            TestContext.Current.CancellationToken);
    }

    private static JsonNode Resolve(JsonNode document, JsonNode element) => element["$ref"] is { } reference
        ? ((string)reference!).TrimStart('#', '/').Split('/').Aggregate(document, static (at, name) => at[name]!)
        : element;
}
