using System.Text.Json;

namespace ModelServing.Stacks.Preview;

/// <summary>
/// Renders stacks as another commit has them: by that commit's own program when it differs, else by this one on that commit's stack
/// files. A program that differs is built once, in a work tree of its own that goes when this is disposed.
/// </summary>
internal sealed class EarlierProgram : IAsyncDisposable
{
    /// <summary>What the program is made of.</summary>
    private static readonly string[] Sources =
        ["stacks", "infra", "services/Contracts", "services/Rollout", "tests/Doubles", "Directory.Build.props", "Directory.Packages.props", "services/Directory.Build.props"];

    /// <summary>It was checked when it was committed; here it only has to run.</summary>
    private static readonly string[] Unchecked = ["-p:RunAnalyzers=false", "-p:EnforceCodeStyleInBuild=false", "-p:GenerateDocumentationFile=false", "-p:TreatWarningsAsErrors=false"];

    private static readonly JsonSerializerOptions Json = new();

    private readonly string root;
    private readonly string commit;
    private Task<string>? build;
    private string? tree;

    private EarlierProgram(string root, string commit)
    {
        this.root = root;
        this.commit = commit;
    }

    /// <summary>The program at <paramref name="reference"/>.</summary>
    /// <exception cref="PreviewException">There is no such commit.</exception>
    internal static async Task<EarlierProgram> AtAsync(string root, string reference)
    {
        var (found, commit) = await ToolProcess.RunAsync(root, "git", "rev-parse", "--verify", "--quiet", reference + "^{commit}");
        return found ? new EarlierProgram(root, commit.Trim()) : throw new PreviewException($"--against {reference}: no such commit");
    }

    /// <summary>The stacks that the commit has a stack file of.</summary>
    internal async Task<IReadOnlyList<string>> StacksAsync()
    {
        var (_, names) = await GitAsync("ls-tree", "--name-only", commit);
        return [.. names.Split('\n').Select(StackFiles.StackOf).OfType<string>()];
    }

    /// <summary>The stack at the commit; null when it has no such stack.</summary>
    /// <exception cref="PreviewException">The commit's program can't be built or fails.</exception>
    internal async Task<StackSnapshot?> RenderAsync(string stack, bool foundationOnly)
    {
        var (hasFile, yaml) = await GitAsync("show", $"{commit}:{StackFiles.NameOf(stack)}");
        if (!hasFile || !(await GitAsync("cat-file", "-e", $"{commit}:stacks/Stacks.csproj")).Succeeded)
            return null;
        return await IsSameAsync() ? await StackSnapshot.RenderAsync(yaml, stack, foundationOnly) : await RenderByItsOwnAsync(stack, foundationOnly);
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    internal static StackSnapshot Read(string json) => JsonSerializer.Deserialize<StackSnapshot>(json, Json)!;

    /// <summary>Writes a snapshot for the program that compares it.</summary>
    internal static string Write(StackSnapshot snapshot) => JsonSerializer.Serialize(snapshot, Json);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (tree is not null)
            await GitAsync("worktree", "remove", "--force", tree);
    }

    private async Task<bool> IsSameAsync() => (await GitAsync(["diff", "--quiet", commit, "--", .. Sources])).Succeeded
        && (await GitAsync(["ls-files", "--others", "--exclude-standard", "--", .. Sources])).Output.Trim().Length == 0;

    private async Task<StackSnapshot> RenderByItsOwnAsync(string stack, bool foundationOnly)
    {
        // One build for all stacks; one that failed has failed for all.
        var built = await (build ??= BuildAsync());
        var answer = Path.Combine(built, $"{stack}.snapshot.json");
        string[] phase = foundationOnly ? ["--phase", "foundation"] : [];
        var (ran, output) = await ToolProcess.RunAsync(
            built, "dotnet", [Path.Combine(built, "artifacts/bin/Stacks/release/ModelServing.Stacks.dll"), "preview", "--stack", stack, "--snapshot", answer, .. phase]);
        return ran ? Read(await File.ReadAllTextAsync(answer)) : throw new PreviewException($"the program of {commit} failed:\n{output}");
    }

    private async Task<string> BuildAsync()
    {
        var made = Path.Combine(Path.GetTempPath(), $"modelserving-preview-{Guid.NewGuid():N}");
        var (added, addedText) = await GitAsync("worktree", "add", "--detach", made, commit);
        if (!added)
            throw new PreviewException(addedText);
        tree = made;
        var choice = Path.Combine(root, "SdkDoubles.props");
        if (File.Exists(choice))
            File.Copy(choice, Path.Combine(made, "SdkDoubles.props"));
        var (built, text) = await ToolProcess.RunAsync(made, "dotnet", ["build", "stacks", "--configuration", "Release", "--verbosity", "quiet", "--nologo", .. Unchecked]);
        return built ? made : throw new PreviewException($"the program of {commit} can't be built:\n{text}");
    }

    private Task<(bool Succeeded, string Output)> GitAsync(params string[] arguments) => ToolProcess.RunAsync(root, "git", arguments);
}
