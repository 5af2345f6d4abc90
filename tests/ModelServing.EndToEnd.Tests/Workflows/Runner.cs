using System.Text.RegularExpressions;
using ModelServing.TestKit;

namespace ModelServing.EndToEnd.Tests.Workflows;

/// <summary>
/// Runs a job's steps one by one as GitHub's runner does: each script with bash in the checkout, with the variables that GitHub sets. It
/// knows only the actions that the workflows use: the checkout and the SDK are already there, and an artifact goes to the replacement for
/// GitHub.
/// </summary>
internal sealed partial class Runner(string checkout, GitHubDouble github, IReadOnlyDictionary<string, string> expressions) : IDisposable
{
    private readonly TemporaryFolder temporary = new();

    /// <summary>The run's summary as the steps wrote it.</summary>
    internal string Summary => File.Exists(SummaryFile) ? File.ReadAllText(SummaryFile) : "";

    private string SummaryFile => temporary.Combine("summary.md");

    private string Temp => temporary.Combine("temp");

    /// <summary>Runs the job. Returns the exit code of the failed step, else 0, and the output.</summary>
    /// <param name="steps">The job's steps.</param>
    /// <param name="payload">The event that started the workflow, as JSON.</param>
    internal async Task<(int ExitCode, string Output)> RunAsync(IReadOnlyList<WorkflowStep> steps, string payload)
    {
        Directory.CreateDirectory(Temp);
        await File.WriteAllTextAsync(temporary.Combine("event.json"), payload);
        var (failed, printed) = (0, "");
        foreach (var step in steps)
        {
            if (step.Run is null)
            {
                Act(step);
                continue;
            }

            // A step without an `if` is skipped after a failure; the step with the artifact has one.
            if (failed != 0)
                continue;
            await File.WriteAllTextAsync(temporary.Combine("step.sh"), step.Run);
            var (exitCode, output) = await Tool.RunAsync(
                checkout, Environment(step), "bash", "--noprofile", "--norc", "-eo", "pipefail", temporary.Combine("step.sh"));
            (failed, printed) = (exitCode, $"{printed}{step.Name}:\n{output}");
        }

        return (failed, printed);
    }

    public void Dispose() => temporary.Dispose();

    private void Act(WorkflowStep step)
    {
        switch (step.Uses!.Split('@')[0])
        {
            case "actions/checkout" or "actions/setup-dotnet":
                break;
            case "actions/upload-artifact":
                github.Upload(step.With["name"], Evaluate(step.With["path"]));
                break;
            default:
                Assert.Fail($"unknown action {step.Uses}");
                break;
        }
    }

    private Dictionary<string, string> Environment(WorkflowStep step)
    {
        var environment = new Dictionary<string, string>
        {
            ["CI"] = "true",
            ["GITHUB_ACTIONS"] = "true",
            ["GITHUB_API_URL"] = github.Api.ToString().TrimEnd('/'),
            ["GITHUB_SERVER_URL"] = "https://github.example",
            ["GITHUB_REPOSITORY"] = GitHubDouble.RepositoryName,
            ["GITHUB_WORKSPACE"] = checkout,
            ["GITHUB_EVENT_PATH"] = temporary.Combine("event.json"),
            ["GITHUB_STEP_SUMMARY"] = SummaryFile,
            ["GITHUB_OUTPUT"] = temporary.Combine("output"),
            ["GITHUB_ENV"] = temporary.Combine("env"),
            ["RUNNER_TEMP"] = Temp,
            ["PATH"] = $"{FolderWithDotnet()}:{System.Environment.GetEnvironmentVariable("PATH")}",
        };
        foreach (var (name, value) in step.Env)
            environment[name] = Evaluate(value);
        return environment;
    }

    private string Evaluate(string text) => Expression().Replace(text, found => found.Groups[1].Value switch
    {
        "runner.temp" => Temp,
        var expression =>
            expressions.TryGetValue(expression, out var value)
                ? value
                : throw new InvalidOperationException($"unknown expression {expression}"),
    });

    /// <summary>A folder for the front of PATH, with a <c>dotnet</c> that skips builds: the programs are already built from the same
    /// sources (<see cref="MadeRepository"/>), and building them takes minutes.</summary>
    private string FolderWithDotnet()
    {
        var folder = temporary.Combine("bin");
        if (!Directory.Exists(folder))
        {
            Directory.CreateDirectory(folder);
            var dotnet = System.Environment.GetEnvironmentVariable("PATH")!.Split(':')
                .Select(static each => Path.Combine(each, "dotnet"))
                .First(File.Exists);
            File.WriteAllText(
                Path.Combine(folder, "dotnet"),
                "#!/usr/bin/env bash\n[[ \"$1 $2\" == msbuild\\ */@(Stacks.csproj|up.slnf|Jobs.csproj) ]] || " +
                    $"exec '{dotnet}' \"$@\"\n");
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(Path.Combine(folder, "dotnet"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        return folder;
    }

    [GeneratedRegex(@"\$\{\{ (.*?) \}\}", RegexOptions.CultureInvariant)]
    private static partial Regex Expression();
}
