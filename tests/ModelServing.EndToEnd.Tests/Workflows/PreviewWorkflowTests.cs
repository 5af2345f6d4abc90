using System.IO.Compression;
using System.Text;

namespace ModelServing.EndToEnd.Tests.Workflows;

/// <summary>The preview of a pull request: the workflows' own steps, one by one, with a temporary repository and a replacement for
/// GitHub.</summary>
public sealed class PreviewWorkflowTests(PreviewWorkflowTests.Checkouts checkouts)
    : IClassFixture<PreviewWorkflowTests.Checkouts>, IAsyncDisposable
{
    private const string Bot = "github-actions[bot]";
    private const string LinuxOnly = "workflows' steps are for bash on Linux";
    private const string Marker = "<!-- modelserving: preview -->";

    private readonly GitHubDouble github = new();

    private MadeRepository Repository => checkouts.PullRequest;

    public ValueTask DisposeAsync() => github.DisposeAsync();

    [Fact]
    public async Task A_changed_weight_is_the_plans_line_in_one_comment_that_follows_the_pull_request()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), LinuxOnly);
        for (var i = 0; i < 100; i++)
            github.Comment("somebody", "a page of talk");
        github.Comment("somebody-else", Marker + "\nnot the bot's");

        await PushAsync("Pulumi.dev.yaml", "percent: 5", "percent: 10");
        await PreviewAsync();
        await CommentAsync();
        var comment = Assert.Single(github.Comments, static each => each.Author == Bot);
        Assert.Equal(
            [
                "! kubernetes:core/v1:ConfigMap plan (update)", "! data:", "! plan.json:",
                "- \"weight\": 500", "+ \"weight\": 1000", "- \"weight\": 9500", "+ \"weight\": 9000",
            ],
            Changes(comment.Body));
        Assert.Contains("#### `dev`\nRendered offline", comment.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("staging", comment.Body, StringComparison.Ordinal);

        // The next push changes a second stack too, and one stack can't be rendered: the comment says so, and the check fails.
        await PushAsync("Pulumi.dev.yaml", "percent: 5", "percent: 101", "Pulumi.staging.yaml", "percent: 10", "percent: 0");
        Assert.Equal(1, await PreviewAsync());
        await CommentAsync();
        var same = Assert.Single(github.Comments, static each => each.Author == Bot);
        Assert.Equal(comment.Id, same.Id);
        Assert.Contains("dev can't be rendered:\n", same.Body, StringComparison.Ordinal);
        Assert.Contains("fraud.canary.percent: 101 is not between 0 and 100", same.Body, StringComparison.Ordinal);
        Assert.Contains("#### `staging`\n", same.Body, StringComparison.Ordinal);
        Assert.Contains("+ \"weight\": 10000", Changes(same.Body));

        // Everything is reverted.
        await PushAsync("README.md", "# ModelServing", "# Models");
        await PreviewAsync();
        await CommentAsync();
        Assert.Contains(
            "No stack changes.",
            Assert.Single(github.Comments, static each => each.Author == Bot).Body,
            StringComparison.Ordinal);
        Assert.Equal(Marker + "\nnot the bot's", Assert.Single(github.Comments, static each => each.Author == "somebody-else").Body);
        Assert.Empty(github.Faults);
    }

    [Fact]
    public async Task The_output_of_a_preview_is_shown_within_bounds_and_never_trusted()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), LinuxOnly);
        github.Head = "0123456789012345678901234567890123456789";
        Assert.Contains("the preview does not name a pull request", await CommentAsync(), StringComparison.Ordinal);

        // Without changes and without an earlier comment, there is no comment.
        Leave(("number.txt", "7\n"));
        Assert.Contains("no stack changes", await CommentAsync(), StringComparison.Ordinal);

        // The number of another pull request, whose newest commit differs.
        var newest = github.Head;
        Leave(("number.txt", "7"), ("dev.offline.txt", "hello"));
        Assert.Contains("nothing to post", await CommentAsync(head: new string('a', 40)), StringComparison.Ordinal);
        Assert.Empty(github.Comments);
        github.Head = newest;

        // An archive of more than a megabyte is not downloaded.
        Leave(Encoding.UTF8.GetBytes(new string('x', (1 << 20) + 1)));
        Assert.Contains("1048577 bytes", await CommentAsync(), StringComparison.Ordinal);

        // A text that would break out of its block, very long texts, and names that lead elsewhere.
        Leave(
            ("number.txt", "7"),
            ("dev.offline.txt", "before\n```\n````\n@somebody <!-- -->\n\u202E\u0007 turned\n"),
            ("prod.offline.txt", new string('y', 8 << 20)),
            ("staging.pulumi.txt", string.Concat(Enumerable.Range(0, 20_000).Select(static i => $"line {i}\n"))),
            ("../evil.offline.txt", "evil"),
            ("`evil`.offline.txt", "evil"));
        await CommentAsync();
        var body = Assert.Single(github.Comments).Body;
        Assert.True(body.Length <= 65_536, $"{body.Length} characters");
        Assert.Contains("\n`````diff\nbefore\n```\n````\n@somebody <!-- -->\n\uFFFD\uFFFD turned\n`````\n", body, StringComparison.Ordinal);
        Assert.Matches("line 1000\n(.*\n)*```\nLines left out here: \\d+", body);
        Assert.Contains("\n```diff\n```\nLines left out here: 1.\n", body, StringComparison.Ordinal);
        Assert.Contains("`staging` in the cloud", body, StringComparison.Ordinal);
        Assert.DoesNotContain("evil", body, StringComparison.Ordinal);
        Assert.Empty(github.Faults);
    }

    /// <summary>The lines of a comment with changes, without their indentation.</summary>
    private static List<string> Changes(string body) =>
        [.. body.Split('\n')
            .Where(static line => line is ['+' or '-' or '!', ' ', ..])
            .Select(static line => $"{line[0]} {line[2..].Trim()}")];

    /// <summary>Makes a pull request of one commit and checks it out as merged into the main branch.</summary>
    private async Task PushAsync(params string[] replacements)
    {
        await Repository.GitAsync("checkout", "--quiet", "--force", "-B", "change", "main");
        foreach (var change in replacements.Chunk(3))
            await Repository.ReplaceAsync(change[0], change[1], change[2]);
        github.Head = await Repository.CommitAsync("a change");
        await Repository.GitAsync("checkout", "--quiet", "--detach", "main");
        await Repository.GitAsync("merge", "--quiet", "--no-ff", "--no-edit", "change");
    }

    private async Task<int> PreviewAsync()
    {
        using var runner = new Runner(
            Repository.FullPath,
            github,
            new Dictionary<string, string> { ["github.event.pull_request.number"] = "7" });
        var (exitCode, output) = await runner.RunAsync(Workflow.Read("preview").Steps("offline"), "{}");
        Assert.True(exitCode == 0 || output.Contains("101 is not", StringComparison.Ordinal), output);
        Assert.Contains("### Previewing prod against HEAD^1", runner.Summary, StringComparison.Ordinal);
        return exitCode;
    }

    private async Task<string> CommentAsync(string? head = null)
    {
        var payload = github.WorkflowRunEvent();
        github.Head = head ?? github.Head;
        using var runner = new Runner(checkouts.Main, github, new Dictionary<string, string> { ["github.token"] = GitHubDouble.Token });
        var (exitCode, output) = await runner.RunAsync(Workflow.Read("preview-comment").Steps("comment"), payload);
        Assert.True(exitCode == 0, output);
        return output;
    }

    private void Leave(params (string Name, string Text)[] entries)
    {
        using var packed = new MemoryStream();
        using (var archive = new ZipArchive(packed, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, text) in entries)
            {
                using var writer = new StreamWriter(archive.CreateEntry(name).Open());
                writer.Write(text);
            }
        }

        Leave(packed.ToArray());
    }

    private void Leave(byte[] packed) => github.Upload("preview-offline", packed);

    /// <summary>The checkouts of the two workflows: the pull request's, and the main branch's.</summary>
    public sealed class Checkouts : IAsyncLifetime
    {
        internal MadeRepository PullRequest { get; private set; } = null!;

        internal string Main => PullRequest.Combine("artifacts", "main");

        public async ValueTask InitializeAsync()
        {
            if (!OperatingSystem.IsLinux())
                return;
            PullRequest = await MadeRepository.CreateAsync();
            await PullRequest.GitAsync("worktree", "add", "--quiet", "--detach", Main, "main");
        }

        public ValueTask DisposeAsync()
        {
            PullRequest?.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
