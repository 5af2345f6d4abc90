using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using ModelServing.Clients;
using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;
using ModelServing.Hosting;
using ModelServing.Hosting.Memory;
using ModelServing.Router.Errors;
using ModelServing.Services.Tests.Clients;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Router.Description;

/// <summary>The document at <c>/openapi.json</c> says what the routes do.</summary>
[Collection(RunningRouter.OneAtATime)]
public sealed class OpenApiTests : IAsyncDisposable
{
    private const string FallbackPattern = "{**path}";

    private static readonly string[] Methods = ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"];

    // What only the admin API answers.
    private static readonly string[] OnlyAdmin =
        ["conflict", "no-journal", "journal-unavailable", "unknown-prediction", "predictions-busy"];

    private static readonly JsonElement Document = JsonDocument.Parse(
        File.ReadAllBytes(Repository.Combine("services", "Router", "Description", "openapi.json"))).RootElement;

    private readonly RawServer version = RawServer.Saying("{}");

    public static TheoryData<string, string> Operations =>
    [
        .. Document.GetProperty("paths").EnumerateObject().SelectMany(static path => path.Value.EnumerateObject()
            .Where(static operation => operation.Name != "parameters")
            .Select(operation => (operation.Name.ToUpperInvariant(), path.Name))),
    ];

    public static TheoryData<string> Paths => [.. Document.GetProperty("paths").EnumerateObject().Select(static path => path.Name)];

    public ValueTask DisposeAsync() => version.DisposeAsync();

    [Fact]
    public async Task The_router_answers_with_the_document()
    {
        await using var router = await RunningRouter.StartAsync(version);
        var answer = await router.AskAsync(RunningRouter.Get("/openapi.json"));
        Assert.Equal((200, "application/json"), (answer.Status, answer["Content-Type"]));
        Assert.Equal(Document.GetRawText(), answer.Text.TrimEnd());
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task Every_operation_exists_and_answers_as_it_is_described(string method, string path)
    {
        await using var router = await RunningRouter.StartAsync(version);
        var answer = await AskAsync(router, method, path);
        Assert.False(answer.Status is 404 && answer.Text.Contains("no-such-path", StringComparison.Ordinal), answer.Text);
        var described = Document.GetProperty("paths").GetProperty(path).GetProperty(method.ToLowerInvariant()).GetProperty("responses");
        Assert.True(
            described.TryGetProperty($"{answer.Status}", out var response), $"{method} {path} answers {answer.Status}: {answer.Text}");
        if (method == "HEAD" || answer.Body.Length == 0)
            return;
        var types = Resolve(response).GetProperty("content").EnumerateObject().Select(static type => type.Name);
        Assert.Contains(answer["Content-Type"]!.Split(';')[0], types);
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task Every_other_method_is_answered_with_405_and_the_described_ones(string path)
    {
        var described = Document.GetProperty("paths").GetProperty(path).EnumerateObject()
            .Select(static operation => operation.Name.ToUpperInvariant())
            .Where(static name => name != "PARAMETERS")
            .ToList();
        await using var router = await RunningRouter.StartAsync(version);
        foreach (var method in Methods.Except(described))
        {
            var answer = await AskAsync(router, method, path);
            Assert.True(answer.Status == 405, $"{method} {path} answers {answer.Status}: {answer.Text}");
            Assert.Equal(described.Order(), answer["Allow"]!.Split(", ").Order());
        }
    }

    [Fact]
    public async Task Every_mapped_path_is_described()
    {
        await using var router = await RunningRouter.StartAsync(version);
        var mapped = router.Get<IEnumerable<EndpointDataSource>>()
            .SelectMany(static source => source.Endpoints)
            .OfType<RouteEndpoint>()
            .Select(static endpoint => "/" + endpoint.RoutePattern.RawText!.TrimStart('/'))
            .Where(static pattern => pattern != "/" + FallbackPattern);
        Assert.Empty(mapped.Except(Document.GetProperty("paths").EnumerateObject().Select(static path => path.Name)));
    }

    [Fact]
    public void Every_problem_is_described_with_its_status()
    {
        var described = Document.GetProperty("components").GetProperty("responses").EnumerateObject()
            .SelectMany(static response => response.Value.GetProperty("x-reasons").EnumerateArray()
                .Select(reason => (int.Parse(response.Name, null), reason.GetString()!)))
            .ToHashSet();
        var problems = ((Type[])[typeof(Problems), typeof(ClientProblems), typeof(ByteBudget)])
            .SelectMany(static type => type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            .Select(static field => field.GetValue(null))
            .OfType<Problem>()
            .Where(static problem => problem.Status != 405 && !OnlyAdmin.Contains(problem.Reason))
            .Select(static problem => (problem.Status, problem.Reason));
        Assert.Empty(problems.Except(described));
    }

    [Fact]
    public async Task Metrics_need_a_credential_once_clients_do()
    {
        await using var router = await RunningRouter.StartAsync(version, SomeClients.Keys());
        var refused = await router.AskAsync(RunningRouter.Get(InferencePaths.Metrics));
        refused.AssertProblem(401, "unauthenticated");
        Assert.True(RequestIds.IsValid(refused[HeaderNames.RequestId]));
        Assert.NotNull(refused["WWW-Authenticate"]);
        var admitted = await router.AskAsync(RunningRouter.Get(InferencePaths.Metrics, SomeClients.Key(SomeClients.OperatorKey)));
        Assert.Equal(200, admitted.Status);
        Assert.Contains("modelserving_router", admitted.Text, StringComparison.Ordinal);
        // The admin port is for operators and their tools.
        var scraped = await router.AskAdminAsync(InferencePaths.Metrics);
        Assert.Contains("modelserving_router", scraped.Text, StringComparison.Ordinal);
        (await router.SendAdminAsync(RunningRouter.Infer(path: InferencePaths.Metrics))).AssertProblem(405, "method-not-allowed");
        foreach (var path in (string[])[InferencePaths.HealthLive, InferencePaths.HealthReady, "/openapi.json"])
            Assert.Equal(200, (await router.AskAsync(RunningRouter.Get(path))).Status);
    }

    private static Task<RawMessage> AskAsync(RunningRouter router, string method, string path)
    {
        var target = path.Replace("{model}", "fraud", StringComparison.Ordinal)
            .Replace("{version}", "1", StringComparison.Ordinal)
            .Replace("{id}", Ulid.NewUlid().ToString(), StringComparison.Ordinal);
        return SendAsync(router, $"{method} {target} HTTP/1.1\r\nHost: router\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{{}}");
    }

    private static async Task<RawMessage> SendAsync(RunningRouter router, string request)
    {
        using var client = await router.ConnectAsync();
        await client.SendAsync(request);
        return (await client.ReadMessageAsync(toHead: request.StartsWith("HEAD", StringComparison.Ordinal)))!;
    }

    private static JsonElement Resolve(JsonElement element) => element.TryGetProperty("$ref", out var reference)
        ? reference.GetString()!.TrimStart('#', '/').Split('/').Aggregate(Document, static (at, name) => at.GetProperty(name))
        : element;
}
