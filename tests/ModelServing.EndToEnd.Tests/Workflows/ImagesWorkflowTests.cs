using ModelServing.TestKit;

namespace ModelServing.EndToEnd.Tests.Workflows;

/// <summary>The workflow <c>images</c>: it builds images for the first environment and promotes them to the others.</summary>
public sealed class ImagesWorkflowTests
{
    [Theory]
    [InlineData("", "ms images push --stack prod --json")]
    [InlineData("staging", "ms images promote --from staging --to prod")]
    public async Task Images_are_promoted_if_a_stack_to_promote_from_is_named(string from, string expected)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "workflows' steps are for bash on Linux");
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.Combine("dev"), "#!/usr/bin/env bash\necho \"$@\"\n", TestContext.Current.CancellationToken);
        await Tool.SucceedAsync(folder.FullPath, "chmod", "+x", "dev");
        var step = Workflow.Read("images").Steps("images").Single(static step => step.Name == "Build and push, or promote");
        await File.WriteAllTextAsync(folder.Combine("step"), step.Run!, TestContext.Current.CancellationToken);

        var (exitCode, output) = await Tool.RunAsync(
            folder.FullPath,
            new Dictionary<string, string> { ["STACK"] = "prod", ["FROM"] = from, ["RUNNER_TEMP"] = folder.FullPath },
            "bash",
            "--noprofile",
            "--norc",
            "-eo",
            "pipefail",
            "step");

        var printed = from.Length > 0
            ? output
            : await File.ReadAllTextAsync(folder.Combine("images.json"), TestContext.Current.CancellationToken);
        Assert.Equal((0, expected), (exitCode, printed.Trim()));
        Assert.Equal("${{ inputs.from }}", step.Env["FROM"]);
    }
}
