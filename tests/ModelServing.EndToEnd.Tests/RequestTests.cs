using ModelServing.Contracts;

namespace ModelServing.EndToEnd.Tests;

/// <summary><c>ms request</c> and <c>ms logs</c> find what the hosts of a platform recorded.</summary>
public sealed class RequestTests
{
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_request_can_be_explained_while_the_platform_runs_and_after_it_was_killed()
    {
        using var folder = new StackFolder("""
                fraud:
                  stable: { version: 1 }
            """);
        await folder.PublishAsync();
        string id;
        await using (var ms = await folder.UpAsync("--minute", "5s"))
        {
            id = await AskAsync(folder);
            var attempt = Assert.Single((await MsProcess.QueryAsync(folder, "request", id.ToLowerInvariant())).EnumerateArray());
            Assert.Equal(
                (id, Trace, 1, "fraud", 1, "stable", 200),
                (attempt.GetProperty("requestId").GetString(), attempt.GetProperty("trace").GetString(),
                    attempt.GetProperty("attempt").GetInt32(), attempt.GetProperty("model").GetString(),
                    attempt.GetProperty("version").GetInt32(), attempt.GetProperty("variant").GetString(),
                    attempt.GetProperty("status").GetInt32()));
            var parts = attempt.GetProperty("milliseconds").EnumerateObject().Select(static part => part.Name).ToHashSet();
            Assert.Superset(new HashSet<string>(["routing", "version", "read", "queue", "model", "encode", "total"]), parts);
            var newest = Assert.Single((await MsProcess.QueryAsync(folder, "logs", "--limit", "1", "--model", "fraud")).EnumerateArray());
            Assert.Equal(id, newest.GetProperty("requestId").GetString());
            Assert.Empty((await MsProcess.QueryAsync(folder, "logs", "--failed")).EnumerateArray());
            Assert.All(
                (await MsProcess.QueryAsync(folder, "logs")).EnumerateArray(),
                static line => Assert.Equal("router", line.GetProperty("host").GetString()));
            // The platform calls one for each version that it finds, and each minute.
            await Until.TrueAsync(
                async () => (await MsProcess.QueryAsync(folder, "logs", "--host", "functions")).EnumerateArray()
                    .Any(static line => line.GetProperty("operation").GetString() is "ModelLoader" or "ModelMetrics"),
                () => ms.Output,
                pause: 500);
            // Nothing in a normal start is worth a warning.
            Assert.DoesNotContain(" WRN ", ms.Output, StringComparison.Ordinal);
            ms.Kill();
            await ms.ExitAsync();
        }

        var (exitCode, output) = await MsProcess.RunAsync(folder, "request", id);
        Assert.True(exitCode == 0, output);
        Assert.Matches(@"(?m)^1 +v1 stable +200( +\d+\.\d\d){5} *$", output);
        (exitCode, output) = await MsProcess.RunAsync(folder, "request", "01KB7G0000000000000000000A");
        Assert.Equal(1, exitCode);
        Assert.Contains("the access logs on this machine do not have 01KB7G0000000000000000000A", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_is_found_without_the_name_of_the_stack_if_only_the_demos_runs()
    {
        using var folder = new StackFolder("""
                fraud:
                  stable: { version: 1 }
            """);
        await folder.PublishAsync();
        var state = Path.Combine(folder.FullPath, ".modelserving");
        Directory.Move(Path.Combine(state, "dev"), Path.Combine(state, "demo"));
        File.Copy(folder.StackFile, Path.Combine(folder.FullPath, "Pulumi.demo.yaml"));
        await using var ms = await folder.UpAsync("--stack", "demo");
        var id = await AskAsync(folder);
        foreach (var command in (string[][])[["request", id], ["logs", "--limit", "1"]])
        {
            var attempt = Assert.Single((await MsProcess.QueryAsync(folder, command)).EnumerateArray());
            Assert.Equal(id, attempt.GetProperty("requestId").GetString());
        }
    }

    // A version records a moment after its answer.
    private static async Task<string> AskAsync(StackFolder folder)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = folder.Api };
        var data = string.Join(',', Enumerable.Repeat(1, 15));
        var id = "";
        for (var i = 0; i < 3; i++)
        {
            using var message = new HttpRequestMessage(HttpMethod.Post, "/v2/models/fraud/infer");
            message.Headers.Add("traceparent", $"00-{Trace}-b7ad6b7169203331-01");
            message.Content = new StringContent(
                $$"""{"inputs":[{"name":"features","shape":[1,15],"datatype":"FP32","data":[{{data}}]}]}""");
            using var answer = await http.SendAsync(message, Token);
            Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Token));
            id = answer.Headers.GetValues(HeaderNames.RequestId).Single();
            Assert.Contains("model;dur=", answer.Headers.GetValues(HeaderNames.ServerTiming).Single(), StringComparison.Ordinal);
        }

        return id;
    }
}
