using System.Text.Json.Nodes;
using ModelServing.Registry;
using ModelServing.Services.Tests.Inference;
using ModelServing.Services.Tests.Router;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Hosting.Description;

/// <summary>The page at <c>/openapi.html</c> shows the document and sends requests, without anything from another server.</summary>
[Collection(RunningRouter.OneAtATime)]
public class ApiPageTests
{
    private const string Status = "document.querySelector('#infer [role=status] p')?.textContent";
    private const string Violations = "JSON.stringify(violations)";

    [Fact]
    public async Task A_version_shows_its_model_and_the_answer_to_a_request()
    {
        Assert.SkipUnless(Browser.IsInstalled, Browser.Missing);
        await using var service = await RunningInference.StartAsync(SomeOnnx.AddAndMultiply(Datatype.Fp32, -1));
        await using var tab = await BrowserTab.OpenAsync(new Uri(service.Client.BaseAddress!, "/openapi.html#infer"));
        Assert.Equal("m version 3", await tab.UntilAsync("document.querySelector('h1')?.textContent"));
        var request = JsonNode.Parse(await tab.UntilAsync("document.querySelector('#infer-body')?.value"))!;
        Assert.Equal(["a", "b"], request["inputs"]!.AsArray().Select(static input => (string)input!["name"]!));
        var operation = await tab.UntilAsync("document.querySelector('#infer > div')?.textContent");
        Assert.Contains("an item a:", operation, StringComparison.Ordinal);

        await tab.UntilAsync(
            """
            document.querySelector('#infer-body').value =
              '{"id":"<b>","inputs":[{"name":"a","shape":[1],"datatype":"FP32","data":[2]},{"name":"b","shape":[1],"datatype":"FP32","data":[3]}]}';
            document.querySelector('#infer button').click();
            "sent"
            """);
        Assert.StartsWith("200 OK in ", await tab.UntilAsync(Status), StringComparison.Ordinal);
        var answer = JsonNode.Parse(await tab.UntilAsync("document.querySelector('#infer [role=status] pre')?.textContent"))!;
        Assert.Equal("<b>", (string)answer["id"]!);
        Assert.Equal([5, 6], answer["outputs"]!.AsArray().Select(static output => (float)output!["data"]![0]!));
        var result = await tab.UntilAsync("document.querySelector('#infer [role=status]').textContent");
        Assert.Contains("curl -i -H 'Content-Type: application/json' --data-binary", result, StringComparison.Ordinal);
        Assert.Equal("[]", await tab.UntilAsync(Violations));
    }

    [Fact]
    public async Task Its_policy_lets_it_reach_no_other_server()
    {
        Assert.SkipUnless(Browser.IsInstalled, Browser.Missing);
        await using var service = await RunningInference.StartAsync(SomeOnnx.AddAndMultiply(Datatype.Fp32, -1));
        await using var other = RawServer.Saying("{}");
        await using var tab = await BrowserTab.OpenAsync(new Uri(service.Client.BaseAddress!, "/openapi.html"));
        await tab.UntilAsync("document.querySelector('h1')?.textContent");
        await tab.UntilAsync($"fetch('http://{other.Address}/').catch(e => window.failure = 'blocked'); 'sent'");
        Assert.Equal("blocked", await tab.UntilAsync("window.failure ?? ''"));
        Assert.Contains("connect-src", await tab.UntilAsync(Violations), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_router_shows_all_its_operations_and_forwards_a_request()
    {
        Assert.SkipUnless(Browser.IsInstalled, Browser.Missing);
        RawMessage? seen = null;
        await using var version = RawServer.Answering(request =>
        {
            seen = request;
            return RawServer.Ok("""{"model_name":"fraud","outputs":[]}""");
        });
        await using var router = await RunningRouter.StartAsync(version);
        await using var tab = await BrowserTab.OpenAsync(new Uri($"http://{router.Address}/openapi.html#infer"));
        var operations = int.Parse(await tab.UntilAsync("String(document.querySelectorAll('details.operation').length || '')"), null);
        Assert.True(operations > 15);
        await tab.UntilAsync("document.querySelector('#infer-model') && 'shown'");
        await tab.UntilAsync(
            """
            document.querySelector('#infer-model').value = 'fraud';
            document.querySelector('#infer button').click();
            "sent"
            """);
        Assert.StartsWith("200 ", await tab.UntilAsync(Status), StringComparison.Ordinal);
        Assert.Contains("/v2/models/fraud", seen!.StartLine, StringComparison.Ordinal);
        Assert.Equal("[]", await tab.UntilAsync(Violations));
    }

    [Fact]
    public async Task The_page_allows_only_its_own_script_and_style()
    {
        await using var service = await RunningInference.StartAsync(SomeOnnx.AddAndMultiply(Datatype.Fp32, -1));
        using var answer = await service.Client.GetAsync("/openapi.html", TestContext.Current.CancellationToken);
        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        Assert.StartsWith("default-src 'none'; script-src 'sha256-", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal("text/html; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
    }
}
