using System.Security;
using ModelServing.EndToEnd.Tests.Workflows;

namespace ModelServing.EndToEnd.Tests.Preview;

/// <summary><c>./dev preview --against COMMIT</c> if the commit has another program.</summary>
public sealed class EarlierProgramTests
{
    [Fact]
    public async Task A_commit_with_another_program_is_rendered_by_that_program()
    {
        using var repository = await MadeRepository.CreateAsync();
        // The command builds the commit's program. Here it compiles only stacks/ against the already built rest: seconds instead of
        // minutes.
        await File.WriteAllTextAsync(
            repository.Combine("stacks", "Stacks.csproj"),
            OnBuiltParts(Path.GetDirectoryName(repository.Stacks)!));
        await repository.ReplaceAsync("stacks/Composition/ClusterSetup.cs", "PodCidr = Part(\"32.0/19\")", "PodCidr = Part(\"64.0/19\")");
        await repository.CommitAsync("pods had other addresses");
        await repository.ReplaceAsync("stacks/Composition/ClusterSetup.cs", "PodCidr = Part(\"64.0/19\")", "PodCidr = Part(\"32.0/19\")");
        // The stack file changes too, and the earlier program reads the earlier one.
        await repository.ReplaceAsync("Pulumi.dev.yaml", "percent: 5", "percent: 10");
        // One environment is removed.
        File.Delete(repository.Combine("Pulumi.prod.yaml"));
        await repository.CommitAsync("pods have these");

        var output = await Tool.SucceedAsync(
            repository.FullPath,
            "dotnet",
            repository.Stacks,
            "preview",
            "--against",
            "HEAD^1",
            "--out",
            repository.Combine("artifacts", "out"));

        var dev = await File.ReadAllLinesAsync(repository.Combine("artifacts", "out", "dev.offline.txt"));
        // The rule that lets the pods reach the nodes has their range in its name.
        Assert.Matches(@"^1 to create, 2 to update, 1 to delete, \d{3} unchanged$", dev[0]);
        Assert.Equal(["! cidrBlock: \"10.0.64.0/19\" => \"10.0.32.0/19\""], Lines(dev, "cidrBlock"));
        Assert.Equal(["! weight: 5% => 10%", "! weight: 95% => 90%"], Lines(dev, "weight"));
        // The other program made digests of the secrets with the same key, so equal ones are known to be equal.
        var summary = await File.ReadAllTextAsync(repository.Combine("artifacts", "out", "dev.summary.txt"));
        Assert.StartsWith("- fraud: canary v2 5% -> 10%\n- no pods restart\n", summary, StringComparison.Ordinal);
        Assert.DoesNotContain("not comparable", summary, StringComparison.Ordinal);
        Assert.Equal(
            ["dev.offline.txt", "dev.summary.txt", "prod.summary.txt", "staging.offline.txt", "staging.summary.txt"],
            Directory.EnumerateFiles(repository.Combine("artifacts", "out")).Select(Path.GetFileName).Order());
        Assert.Contains("Previewing staging against HEAD^1", output, StringComparison.Ordinal);
        Assert.StartsWith(
            "Pulumi.prod.yaml of HEAD^1 is gone.",
            await File.ReadAllTextAsync(repository.Combine("artifacts", "out", "prod.summary.txt")),
            StringComparison.Ordinal);
        // The work tree for the earlier program has been removed.
        Assert.Single((await repository.GitAsync("worktree", "list")).Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task A_program_that_does_not_compile_is_reported_with_the_compilers_errors_and_leaves_nothing()
    {
        using var repository = await MadeRepository.CreateAsync();
        await File.WriteAllTextAsync(
            repository.Combine("stacks", "Stacks.csproj"),
            OnBuiltParts(Path.GetDirectoryName(repository.Stacks)!));
        await repository.ReplaceAsync("stacks/Program.cs", "PreviewCommand.RunAsync", "PreviewCommand.RunAsunc");
        await repository.CommitAsync("a slip");
        await repository.ReplaceAsync("stacks/Program.cs", "PreviewCommand.RunAsunc", "PreviewCommand.RunAsync");

        var (exitCode, output) = await Tool.RunAsync(
            repository.FullPath,
            new Dictionary<string, string>(),
            "dotnet",
            repository.Stacks,
            "preview",
            "--stack",
            "dev",
            "--against",
            "HEAD");

        Assert.Equal(1, exitCode);
        Assert.Contains("can't be built:", output, StringComparison.Ordinal);
        Assert.Contains("CS0117", output, StringComparison.Ordinal);
        Assert.Single((await repository.GitAsync("worktree", "list")).Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    private static IEnumerable<string> Lines(string[] lines, string text) =>
        lines.Where(line => line.Contains(text, StringComparison.Ordinal)).Select(static line => $"{line[0]} {line[1..].Trim()}");

    /// <summary>The program's project, with references to the assemblies of <paramref name="folder"/> instead of projects and
    /// packages.</summary>
    private static string OnBuiltParts(string folder) => $"""
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <OutputType>Exe</OutputType>
          </PropertyGroup>
          <ItemGroup>
            <!-- The official Pulumi package needs it. -->
            <FrameworkReference Include="Microsoft.AspNetCore.App" />
            <Reference Include="{SecurityElement.Escape(folder)}/*.dll" Exclude="{SecurityElement.Escape(folder)}/ModelServing.Stacks.dll" />
          </ItemGroup>
        </Project>

        """;
}
