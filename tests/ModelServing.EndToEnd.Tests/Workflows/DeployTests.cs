using ModelServing.TestKit;
using YamlDotNet.RepresentationModel;

namespace ModelServing.EndToEnd.Tests.Workflows;

/// <summary>The workflow <c>deploy</c>: when it runs, and the check before an apply.</summary>
public sealed class DeployTests
{
    private const string Check = "Check the stack file against the journal";

    [Fact]
    public void It_runs_for_what_an_apply_depends_on_and_for_nothing_else()
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(File.ReadAllText(Repository.Combine(".github", "workflows", "deploy.yml"))));
        var push = yaml.Documents[0].RootNode["on"]["push"];
        var paths = ((YamlSequenceNode)push["paths"]).Select(static path => path.ToString()).ToList();

        // What the program of stacks/ is built from, which is all that its projects reference.
        var projects = References(Path.GetFullPath(Repository.Combine("stacks", "Stacks.csproj")))
            .Select(static project => Path.GetRelativePath(Repository.Root, Path.GetDirectoryName(project)!))
            .Where(static folder => !folder.StartsWith("tests", StringComparison.Ordinal))
            .Select(static folder => folder + "/**");
        Assert.All(projects, project => Assert.Contains(project, paths));
        Assert.Contains("Pulumi.*.yaml", paths);
        Assert.DoesNotContain(paths, static path => path.StartsWith("docs", StringComparison.Ordinal) || path is "**" or "services/**");
        // Nothing is listed that does not exist.
        Assert.All(
            paths.Where(static path => path.EndsWith("/**", StringComparison.Ordinal)),
            static path => Assert.True(Directory.Exists(Repository.Combine(path[..^3])), path));
    }

    [Theory]
    // The first apply: the stack has no outputs.
    [InlineData("echo '{}'", 0, "no journal", "")]
    // A wrong passphrase, an expired key of the state, a fault of the network.
    [InlineData("echo 'error: incorrect passphrase' >&2; exit 255", 255, "incorrect passphrase", "")]
    // An output that has another name.
    [InlineData("[ \"$3\" = --json ] && echo '{\"a\": \"x\"}' || { echo 'no such output' >&2; exit 1; }", 1, "no such output", "")]
    [InlineData(
        "[ \"$3\" = --json ] && echo '{\"journalTable\": \"t\"}' || echo t",
        0,
        "",
        "ms check --stack dev --journal nosql:ocid1.compartment/t --identity instance-principal")]
    [InlineData("[ \"$3\" = --json ] && echo '{\"journalTable\": \"condemned\"}' || echo condemned", 1, "is condemned", "ms check")]
    public async Task An_apply_goes_on_only_if_the_check_was_made_or_the_stack_has_no_outputs(
        string outputs, int expected, string said, string called)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "workflows' steps are for bash on Linux");
        using var folder = new TemporaryFolder();
        await WriteAsync("pulumi", $$"""
            case "$1 $2" in
              "stack output") {{outputs}} ;;
              "config get") echo ocid1.compartment ;;
              *) exit 99 ;;
            esac
            """);
        await WriteAsync("dev", """
            echo "$@" >> calls
            case "$*" in *condemned*) echo 'version 1 is condemned' >&2; exit 1 ;; esac
            """);
        var script = Workflow.Read("deploy").Steps("up").Single(static step => step.Name == Check).Run!;
        await File.WriteAllTextAsync(folder.Combine("step"), script, TestContext.Current.CancellationToken);
        var environment = new Dictionary<string, string>
        {
            ["PATH"] = $"{folder.FullPath}:{Environment.GetEnvironmentVariable("PATH")}",
            ["STACK"] = "dev",
            ["TF_VAR_auth"] = "InstancePrincipal",
        };

        // As GitHub runs a step whose shell is bash.
        var (exitCode, output) = await Tool.RunAsync(
            folder.FullPath, environment, "bash", "--noprofile", "--norc", "-eo", "pipefail", "step");

        Assert.True(exitCode == expected, output);
        Assert.Contains(said, output, StringComparison.Ordinal);
        var calls = File.Exists(folder.Combine("calls")) ? await File.ReadAllTextAsync(folder.Combine("calls")) : "";
        Assert.StartsWith(called, calls, StringComparison.Ordinal);
        Assert.Equal(called.Length == 0, calls.Length == 0);

        async Task WriteAsync(string name, string body)
        {
            await File.WriteAllTextAsync(folder.Combine(name), "#!/usr/bin/env bash\n" + body + "\n");
            await Tool.SucceedAsync(folder.FullPath, "chmod", "+x", name);
        }
    }

    [Fact]
    public void An_apply_shares_new_policies_between_the_providers_of_two_regions()
    {
        var apply = Workflow.Read("deploy").Steps("up").Single(static step => step.Name == "Apply");
        // The form of oci-go-sdk: the mode, a comma, the path.
        Assert.StartsWith("file,${{ runner.temp }}/", apply.Env["OCI_GO_SDK_EC_CONFIG"], StringComparison.Ordinal);
    }

    private static HashSet<string> References(string project)
    {
        var open = new Queue<string>([project]);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (open.TryDequeue(out var next))
        {
            if (!seen.Add(next))
                continue;
            foreach (var reference in System.Xml.Linq.XDocument.Load(next).Descendants("ProjectReference"))
                open.Enqueue(Path.GetFullPath(Path.Combine(Path.GetDirectoryName(next)!, (string)reference.Attribute("Include")!)));
        }

        return seen;
    }
}
