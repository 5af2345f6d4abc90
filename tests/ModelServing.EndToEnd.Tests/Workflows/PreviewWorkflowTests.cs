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
                "- fraud: canary v2 5% -> 10%", "- no pods restart", "- nothing is replaced or deleted", "- no right is gained or lost",
                "- nothing becomes reachable from outside",
                "! kubernetes:core/v1:ConfigMap plan (update)", "! data:", "! plan.json:", "! rollouts:", "! fraud:", "! variants:",
                "! [canary]:", "! weight: 5% => 10%", "! [stable]:", "! weight: 95% => 90%",
            ],
            Changes(comment.Body));
        Assert.Contains("#### `dev`\nRendered offline", comment.Body, StringComparison.Ordinal);
        // The summary is visible; the details are folded.
        Assert.Matches(@"```text\n- fraud: [^<]*```\n\n<details><summary>Details</summary>\n\n```diff\n1 to update", comment.Body);
        Assert.Equal((github.Head, "success", "no risk found"), github.Statuses.Last());
        Assert.DoesNotContain("staging", comment.Body, StringComparison.Ordinal);

        // The next push changes a second stack too, and one stack can't be rendered: the comment says so, and the check fails.
        await PushAsync("Pulumi.dev.yaml", "percent: 5", "percent: 101", "Pulumi.staging.yaml", "percent: 10", "percent: 0");
        Assert.Equal(1, await PreviewAsync());
        await CommentAsync(conclusion: "failure");
        var same = Assert.Single(github.Comments, static each => each.Author == Bot);
        Assert.Equal(comment.Id, same.Id);
        Assert.Contains("dev can't be rendered:\n", same.Body, StringComparison.Ordinal);
        Assert.Contains("fraud.canary.percent: 101 is not between 0 and 100", same.Body, StringComparison.Ordinal);
        Assert.Contains("#### `staging`\n", same.Body, StringComparison.Ordinal);
        Assert.Contains("- fraud: canary v2 10% -> 0%", Changes(same.Body));
        Assert.Equal((github.Head, "failure", "the preview failed"), github.Statuses.Last());

        // Everything is reverted.
        await PushAsync("README.md", "# ModelServing", "# Models");
        await PreviewAsync();
        await CommentAsync();
        Assert.Equal((github.Head, "success", "no risk found"), github.Statuses.Last());
        Assert.Contains(
            "No stack changes.",
            Assert.Single(github.Comments, static each => each.Author == Bot).Body,
            StringComparison.Ordinal);
        Assert.Equal(Marker + "\nnot the bot's", Assert.Single(github.Comments, static each => each.Author == "somebody-else").Body);
        Assert.Empty(github.Faults);
    }

    [Fact]
    public async Task A_changed_cost_is_folded_between_the_summary_and_the_details()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), LinuxOnly);
        github.Head = "0123456789012345678901234567890123456789";
        Leave(
            ("number.txt", "7"),
            ("dev.summary.txt", "- a line\n"),
            ("dev.cost.txt", "USD a month, at most\nnodes  1.00  2.00  +1.00\n"),
            ("dev.offline.txt", "1 to update\n"));
        await CommentAsync();
        var comment = Assert.Single(github.Comments, static each => each.Author == Bot);
        Assert.Matches(
            @"(?s)- a line.*<details><summary>Monthly cost</summary>\n\n```text\nUSD a month.*\+1\.00\n```.*<summary>Details</summary>",
            comment.Body);
    }

    [Fact]
    public async Task What_new_versions_would_have_answered_is_beside_the_summary_and_approves_nothing()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), LinuxOnly);
        github.Head = "0123456789012345678901234567890123456789";
        const string Table = "fraud version 3, tried with 10,000 logged requests\n\nChanged decisions: 12 of 10,000 (0.1%).\n";
        Leave(
            ("number.txt", "7"),
            ("dev.summary.txt", "- a line\n\nrisk: cost: more nodes\n"),
            ("dev.try.txt", Table + "risk: outage: not a line of the summary\n"),
            ("dev.offline.txt", "1 to update\n"));
        await CommentAsync();
        var comment = Assert.Single(github.Comments, static each => each.Author == Bot);
        Assert.Matches(
            @"(?s)- a line.*#### `dev`: new versions, tried with logged requests\n\n```text\nfraud version 3, tried.*\(0\.1%\)\."
                + ".*```.*<summary>Details</summary>",
            comment.Body);
        Assert.Equal((github.Head, "failure", "needs the labels: approved: cost"), github.Statuses.Last());

        // The job with the cloud's models replaces what the one without them could not say.
        using var packed = new MemoryStream();
        using (var archive = new ZipArchive(packed, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var writer = new StreamWriter(archive.CreateEntry("dev.try.txt").Open());
            writer.Write("fraud version 3 was not tried: there is no sample of its requests\n");
        }

        github.Upload("preview-pulumi-dev", packed.ToArray());
        await CommentAsync();
        var same = Assert.Single(github.Comments, static each => each.Author == Bot);
        Assert.Contains("fraud version 3 was not tried: there is no sample", same.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("12 of 10,000", same.Body, StringComparison.Ordinal);
        Assert.Empty(github.Faults);
    }

    [Fact]
    public async Task Each_class_of_risk_needs_a_label_that_was_set_after_it_was_shown()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), LinuxOnly);
        github.Head = "0123456789012345678901234567890123456789";
        const string Risks = "- a line\n\nrisk: outage: the feature server restarts\nrisk: cost: more nodes\n";
        const string Both = "needs the labels: approved: outage, approved: cost";

        // A label from before the comment approves nothing.
        github.Label("approved: cost");
        github.Label("bug");
        Leave(("number.txt", "7"), ("dev.summary.txt", Risks), ("dev.offline.txt", "details"));
        await CommentAsync();
        Assert.Equal((github.Head, "failure", Both), github.Statuses.Last());
        Assert.Equal(["bug"], github.Labels);

        // Then each label counts as soon as it is set.
        github.Label("approved: outage");
        await ApproveAsync();
        Assert.Equal((github.Head, "failure", "needs the labels: approved: cost"), github.Statuses.Last());
        github.Label("approved: cost");
        await ApproveAsync();
        Assert.Equal((github.Head, "success", "approved"), github.Statuses.Last());

        // A further commit with the same risks needs no new approval; until it is previewed, labels say nothing about it.
        github.Head = new string('b', 40);
        Assert.Contains("there is no comment about this commit", await ApproveAsync(), StringComparison.Ordinal);
        Leave(("number.txt", "7"), ("dev.summary.txt", Risks), ("dev.offline.txt", "other details"));
        await CommentAsync();
        Assert.Equal((github.Head, "success", "approved"), github.Statuses.Last());

        // Another risk of the same class does.
        Leave(
            ("number.txt", "7"),
            ("dev.summary.txt", Risks.Replace("more nodes", "many more nodes", StringComparison.Ordinal)),
            ("dev.offline.txt", "details"));
        await CommentAsync();
        Assert.Equal((github.Head, "failure", Both), github.Statuses.Last());
        Assert.Equal(["bug"], github.Labels);

        // A stack that changes and says nothing about risks cannot be approved, and neither can a preview that failed.
        Leave(("number.txt", "7"), ("dev.offline.txt", "details"));
        await CommentAsync();
        foreach (var risk in (string[])["data loss", "outage", "new right", "cost"])
            github.Label($"approved: {risk}");
        await ApproveAsync();
        Assert.Equal((github.Head, "failure", "the preview failed"), github.Statuses.Last());
        Leave(("number.txt", "7"), ("dev.summary.txt", "- a line\n"), ("dev.offline.txt", "details"));
        await CommentAsync(conclusion: "failure");
        await ApproveAsync();
        Assert.Equal((github.Head, "failure", "the preview failed"), github.Statuses.Last());
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

    /// <summary>Runs what follows a changed label.</summary>
    private async Task<string> ApproveAsync()
    {
        github.RemoveArtifact("preview-offline");
        using (var runner = new Runner(
            Repository.FullPath,
            github,
            new Dictionary<string, string> { ["github.event.pull_request.number"] = "7" }))
        {
            var (exitCode, output) = await runner.RunAsync(Workflow.Read("preview-approval").Steps("number"), "{}");
            Assert.True(exitCode == 0, output);
        }

        var text = await CommentAsync(workflow: "preview approval");
        github.RemoveArtifact("preview-number");
        return text;
    }

    private async Task<string> CommentAsync(string? head = null, string workflow = "preview", string conclusion = "success")
    {
        var payload = github.WorkflowRunEvent(workflow, conclusion);
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
