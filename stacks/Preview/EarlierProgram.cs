using System.Text.Json;

namespace ModelServing.Stacks.Preview;

/// <summary>
/// Renders stacks as they are at another commit. If the program differs there, that commit's own program renders them, otherwise this one
/// renders that commit's stack files. A different program is built once, in a temporary work tree that is removed on disposal.
/// </summary>
internal sealed class EarlierProgram : IAsyncDisposable
{
    /// <summary>The program is built from these.</summary>
    internal static readonly IReadOnlyList<string> Sources =
    [
        "stacks",
        "infra",
        "services/Contracts",
        "services/Features",
        "services/Registry",
        "services/Rollout",
        "services/Settings",
        "services/Spool",
        "tests/Doubles",
        "Directory.Build.props",
        "Directory.Packages.props",
        "services/Directory.Build.props",
    ];

    // The commit was checked when it was made; here the program only needs to run.
    private static readonly string[] Unchecked =
    [
        "-p:RunAnalyzers=false",
        "-p:EnforceCodeStyleInBuild=false",
        "-p:GenerateDocumentationFile=false",
        "-p:TreatWarningsAsErrors=false",
    ];

    private static readonly JsonSerializerOptions Json = new();

    private readonly string root;
    private readonly string commit;
    private readonly SecretDigest digest;
    private Task<string>? build;
    private string? tree;

    private EarlierProgram(string root, string commit, SecretDigest digest)
    {
        this.root = root;
        this.commit = commit;
        this.digest = digest;
    }

    /// <exception cref="PreviewException">There is no such commit.</exception>
    internal static async Task<EarlierProgram> AtAsync(string root, string reference, SecretDigest digest)
    {
        var (found, commit) = await ToolProcess.RunAsync(root, "git", "rev-parse", "--verify", "--quiet", reference + "^{commit}");
        return found ? new EarlierProgram(root, commit.Trim(), digest) : throw new PreviewException($"--against {reference}: not a commit");
    }

    /// <summary>The stacks that have a stack file at the commit.</summary>
    internal async Task<IReadOnlyList<string>> StacksAsync()
    {
        var (_, names) = await GitAsync("ls-tree", "--name-only", commit);
        return [.. names.Split('\n').Select(StackFiles.StackOf).OfType<string>()];
    }

    /// <summary>The stack at the commit; null if there is no such stack.</summary>
    /// <param name="stack">The stack's name.</param>
    /// <param name="foundationOnly">Whether to render the first of the two applies that create an environment.</param>
    /// <param name="registry">Finds the folder of a registry for a stack file. A different program is not called with it.</param>
    /// <exception cref="PreviewException">The commit's program cannot be built, or fails.</exception>
    internal async Task<StackSnapshot?> RenderAsync(string stack, bool foundationOnly, Func<string, string?> registry)
    {
        var (hasFile, yaml) = await GitAsync("show", $"{commit}:{StackFiles.NameOf(stack)}");
        if (!hasFile || !(await GitAsync("cat-file", "-e", $"{commit}:stacks/Stacks.csproj")).Succeeded)
            return null;
        return await IsSameAsync()
            ? await StackSnapshot.RenderAsync(yaml, stack, foundationOnly, digest, registry(yaml))
            : await RenderWithItsOwnAsync(stack, foundationOnly);
    }

    /// <summary>Reads the JSON of <see cref="Write"/>.</summary>
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

    private async Task<StackSnapshot> RenderWithItsOwnAsync(string stack, bool foundationOnly)
    {
        // All stacks share one build, even a failed one.
        var folder = await (build ??= BuildAsync());
        var snapshot = Path.Combine(folder, $"{stack}.snapshot.json");
        var program = Path.Combine(folder, "artifacts/bin/Stacks/release/ModelServing.Stacks.dll");
        string[] phase = foundationOnly ? ["--phase", "foundation"] : [];
        var (succeeded, output) = await ToolProcess.RunAsync(
            folder, digest.Environment, "dotnet", [program, "preview", "--stack", stack, "--snapshot", snapshot, .. phase]);
        return succeeded
            ? Read(await File.ReadAllTextAsync(snapshot))
            : throw new PreviewException($"the program of {commit} failed:\n{output}");
    }

    private async Task<string> BuildAsync()
    {
        var folder = Path.Combine(Path.GetTempPath(), $"modelserving-preview-{Guid.NewGuid():N}");
        var (isAdded, gitOutput) = await GitAsync("worktree", "add", "--detach", folder, commit);
        if (!isAdded)
            throw new PreviewException(gitOutput);
        tree = folder;
        var choice = Path.Combine(root, "SdkDoubles.props");
        if (File.Exists(choice))
            File.Copy(choice, Path.Combine(folder, "SdkDoubles.props"));
        var (isBuilt, output) = await ToolProcess.RunAsync(
            folder, "dotnet", ["build", "stacks", "--configuration", "Release", "--verbosity", "quiet", "--nologo", .. Unchecked]);
        return isBuilt ? folder : throw new PreviewException($"the program of {commit} can't be built:\n{output}");
    }

    private Task<(bool Succeeded, string Output)> GitAsync(params string[] arguments) => ToolProcess.RunAsync(root, "git", arguments);
}
