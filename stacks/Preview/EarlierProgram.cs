using System.Diagnostics;
using System.Text.Json;

namespace ModelServing.Stacks.Preview;

/// <summary>Renders a stack as another commit has it: by its own program when that differs, else by this one on its stack file.</summary>
internal sealed class EarlierProgram(string root)
{
    /// <summary>What the program is made of.</summary>
    private static readonly string[] Sources =
        ["stacks", "infra", "services/Contracts", "services/Rollout", "tests/Doubles", "Directory.Build.props", "Directory.Packages.props", "services/Directory.Build.props"];

    private static readonly JsonSerializerOptions Json = new();

    /// <summary>The stack at <paramref name="reference"/>; null when it has no such stack.</summary>
    /// <exception cref="PreviewException">The commit is unknown or can't be built.</exception>
    internal async Task<StackSnapshot?> RenderAsync(string reference, string stack, bool foundationOnly)
    {
        var (found, commit) = await GitAsync("rev-parse", "--verify", "--quiet", reference + "^{commit}");
        if (!found)
            throw new PreviewException($"--against {reference}: no such commit");

        var file = $"Pulumi.{stack}.yaml";
        var (hasFile, yaml) = await GitAsync("show", $"{commit.Trim()}:{file}");
        if (!hasFile || !(await GitAsync("cat-file", "-e", $"{commit.Trim()}:stacks/Stacks.csproj")).Succeeded)
            return null;

        var isSame = (await GitAsync(["diff", "--quiet", commit.Trim(), "--", .. Sources])).Succeeded
            && (await GitAsync(["ls-files", "--others", "--exclude-standard", "--", .. Sources])).Output.Trim().Length == 0;
        return isSame ? await StackSnapshot.RenderAsync(yaml, stack, foundationOnly) : await BuildAndRenderAsync(commit.Trim(), stack, foundationOnly);
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    internal static StackSnapshot Read(string json) => JsonSerializer.Deserialize<StackSnapshot>(json, Json)!;

    /// <summary>Writes a snapshot for the program that compares it.</summary>
    internal static string Write(StackSnapshot snapshot) => JsonSerializer.Serialize(snapshot, Json);

    private async Task<StackSnapshot> BuildAndRenderAsync(string commit, string stack, bool foundationOnly)
    {
        var tree = Path.Combine(Path.GetTempPath(), $"modelserving-preview-{Guid.NewGuid():N}");
        try
        {
            var (added, addedText) = await GitAsync("worktree", "add", "--detach", tree, commit);
            if (!added)
                throw new PreviewException(addedText);
            var choice = Path.Combine(root, "SdkDoubles.props");
            if (File.Exists(choice))
                File.Copy(choice, Path.Combine(tree, "SdkDoubles.props"));
            var (built, text) = await RunAsync(tree, "dotnet", "build", "stacks", "--configuration", "Release", "--verbosity", "quiet", "--nologo");
            if (!built)
                throw new PreviewException($"the program of {commit} can't be built:\n{text}");
            var answer = Path.Combine(tree, "snapshot.json");
            string[] phase = foundationOnly ? ["--phase", "foundation"] : [];
            var (ran, output) = await RunAsync(
                tree, "dotnet", [Path.Combine(tree, "artifacts/bin/Stacks/release/ModelServing.Stacks.dll"), "preview", "--stack", stack, "--snapshot", answer, .. phase]);
            return ran ? Read(await File.ReadAllTextAsync(answer)) : throw new PreviewException($"the program of {commit} failed:\n{output}");
        }
        finally
        {
            await GitAsync("worktree", "remove", "--force", tree);
        }
    }

    private Task<(bool Succeeded, string Output)> GitAsync(params string[] arguments) => RunAsync(root, "git", arguments);

    private static async Task<(bool Succeeded, string Output)> RunAsync(string directory, string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = directory, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode == 0, process.ExitCode == 0 ? output : output + await error);
    }
}

/// <summary>A preview that can't be made, for a reason that its message says.</summary>
internal sealed class PreviewException(string message) : Exception(message);
