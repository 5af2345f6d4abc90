using ModelServing.TestKit;

namespace ModelServing.EndToEnd.Tests.Workflows;

/// <summary><c>.github/propose-digests</c>, which proposes the digests of pushed images for the stack file.</summary>
public sealed class ProposeDigestsTests
{
    [Fact]
    public async Task Digests_are_proposed_in_a_pull_request_from_the_stacks_branch_which_the_next_push_updates()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "workflows' steps are for bash on Linux");
        using var repository = await MadeRepository.CreateAsync();
        using var outside = new TemporaryFolder();
        await Tool.SucceedAsync(outside.FullPath, "git", "clone", "--quiet", "--bare", repository.FullPath, "origin.git");
        await repository.GitAsync("remote", "add", "origin", outside.Combine("origin.git"));
        // This gh records its arguments; an open pull request is a file.
        await File.WriteAllTextAsync(outside.Combine("gh"), $"""
            #!/usr/bin/env bash
            echo "$@" >> '{outside.Combine("calls")}'
            case "$1 $2" in
              "pr create") touch '{outside.Combine("open")}' ;;
              "pr list") [ ! -e '{outside.Combine("open")}' ] || echo 12 ;;
            esac

            """);
        await Tool.SucceedAsync(outside.FullPath, "chmod", "+x", outside.Combine("gh"));
        var environment = new Dictionary<string, string>
        {
            ["PATH"] = $"{outside.FullPath}:{Environment.GetEnvironmentVariable("PATH")}",
            ["GH_TOKEN"] = "t",
        };

        Assert.Contains("already has these digests", await ProposeAsync(), StringComparison.Ordinal);
        foreach (var digest in (string[])["1111", "2222"])
        {
            await repository.GitAsync("checkout", "--quiet", "--force", "main");
            await File.AppendAllTextAsync(repository.Combine("Pulumi.dev.yaml"), $"  modelserving:images:\n    router: sha256:{digest}\n");
            // Other changes of a build are not proposed.
            await File.AppendAllTextAsync(repository.Combine("README.md"), "something else\n");
            await ProposeAsync();
            var proposed = await Tool.SucceedAsync(
                outside.FullPath,
                "git",
                "--git-dir",
                "origin.git",
                "diff",
                "--stat",
                "main",
                "images/dev");
            Assert.Matches(@"^ Pulumi\.dev\.yaml \| 2 \+\+\n 1 file changed", proposed);
            Assert.Contains(
                $"sha256:{digest}",
                await Tool.SucceedAsync(outside.FullPath, "git", "--git-dir", "origin.git", "show", "images/dev:Pulumi.dev.yaml"),
                StringComparison.Ordinal);
        }

        var calls = (await File.ReadAllLinesAsync(outside.Combine("calls")))
            .Select(static line => string.Join(' ', line.Split(' ').Take(2)))
            .Where(static line => line.StartsWith("pr ", StringComparison.Ordinal));
        Assert.Equal(["pr list", "pr create", "pr list", "pr edit"], calls);

        async Task<string> ProposeAsync()
        {
            var (exitCode, output) = await Tool.RunAsync(
                repository.FullPath,
                environment,
                repository.Combine(".github", "propose-digests"),
                "dev");
            Assert.True(exitCode == 0, output);
            return output;
        }
    }
}
