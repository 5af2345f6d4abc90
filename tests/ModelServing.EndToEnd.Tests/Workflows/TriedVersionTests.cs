using System.Globalization;
using ModelServing.Contracts;

namespace ModelServing.EndToEnd.Tests.Workflows;

/// <summary>The whole road of a sample: a platform answers and records, the log is exported, and a pull request that names a new version
/// gets one comment with what that version would have answered.</summary>
public sealed class TriedVersionTests : IAsyncDisposable
{
    private const int Requests = 40;
    private const string Canary = "      canary:\n        version: 2\n        percent: 5\n";

    private readonly GitHubDouble github = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => github.DisposeAsync();

    [Fact]
    public async Task A_pull_requests_comment_has_what_a_new_version_would_have_answered_to_the_exported_requests()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "workflows' steps are for bash on Linux");
        using var platform = new StackFolder("    fraud: { stable: { version: 1 } }");
        await platform.PublishAsync();
        await AnswerAsync(platform);
        var (exitCode, output) = await MsProcess.RunAsync(
            platform,
            "predictions", "export", "--model", "fraud", "--since", "1h", "--out", Path.Combine(platform.FullPath, "fraud.parquet"));
        Assert.True(exitCode == 0, output);

        using var repository = await MadeRepository.CreateAsync();
        repository.LinkReplay();
        repository.Add(platform.RegistryPath, "registry");
        repository.Add(Path.Combine(platform.FullPath, "fraud.parquet"), Path.Combine("samples", "fraud.parquet"));
        await repository.ReplaceAsync("Pulumi.dev.yaml", Canary, "");
        await repository.ReplaceAsync("Pulumi.dev.yaml", "config:\n", "config:\n  modelserving:local: { registry: registry }\n");
        await repository.CommitAsync("a sample, and the models");
        await repository.GitAsync("worktree", "add", "--quiet", "--detach", repository.Combine("artifacts", "main"), "main");
        await repository.ReplaceAsync("Pulumi.dev.yaml", "        version: 1\n", "        version: 1\n" + Canary);
        github.Head = await repository.CommitAsync("a canary");

        var number = new Dictionary<string, string>
        {
            ["github.event.pull_request.number"] = GitHubDouble.PullRequest.ToString(CultureInfo.InvariantCulture),
        };
        using (var runner = new Runner(repository.FullPath, github, number))
        {
            (exitCode, output) = await runner.RunAsync(Workflow.Read("preview").Steps("offline"), "{}");
            Assert.True(exitCode == 0, output);
        }

        var token = new Dictionary<string, string> { ["github.token"] = GitHubDouble.Token };
        using (var runner = new Runner(repository.Combine("artifacts", "main"), github, token))
        {
            (exitCode, output) = await runner.RunAsync(
                Workflow.Read("preview-comment").Steps("comment"), github.WorkflowRunEvent("preview", "success"));
            Assert.True(exitCode == 0, output);
        }

        var body = Assert.Single(github.Comments).Body;
        // The resource diff and the replay are in the same comment.
        Assert.Contains("\n- fraud: ", body, StringComparison.Ordinal);
        Assert.Contains(
            $"#### `dev`: new versions, tried with logged requests\n\n```text\nfraud version 2, tried with {Requests} logged requests\n",
            body,
            StringComparison.Ordinal);
        Assert.Contains($"gave the recorded answer again for {Requests} of {Requests} requests", body, StringComparison.Ordinal);
        Assert.Matches($"(?m)^the candidate +{Requests} +0 ", body);
        // Its readers may not read the log.
        Assert.DoesNotContain("FP32", body, StringComparison.Ordinal);
        Assert.Empty(github.Faults);
    }

    // Until the records have landed.
    private static async Task AnswerAsync(StackFolder platform)
    {
        await using var ms = await platform.UpAsync();
        var random = new Random(1);
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = platform.Api };
        var last = "";
        for (var sent = 0; sent < Requests; sent++)
        {
            var data = string.Join(',', Enumerable.Range(0, 15).Select(_ => random.Next(100)));
            using var content = new StringContent(
                $$"""{"inputs":[{"name":"features","shape":[1,15],"datatype":"FP32","data":[{{data}}]}]}""");
            using var answer = await http.PostAsync("/v2/models/fraud/infer", content, Token);
            Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Token));
            last = answer.Headers.GetValues(HeaderNames.RequestId).Single();
        }

        await Until.TrueAsync(
            async () => (await MsProcess.RunAsync(platform, "prediction", last)).ExitCode == 0, () => ms.Output, pause: 500);
        ms.Signal("INT");
        Assert.Equal(0, await ms.ExitAsync());
    }
}
