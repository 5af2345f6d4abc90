using ModelServing.TestKit;

namespace ModelServing.EndToEnd.Tests.Workflows;

/// <summary>
/// A git repository with the present files of this one, in a temporary folder. It has the built program of stacks/ too, because a
/// repository of the same sources need not build it again.
/// </summary>
internal sealed class MadeRepository : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private MadeRepository()
    {
    }

    internal string FullPath => folder.FullPath;

    /// <summary>The built program, which renders the repository around it.</summary>
    internal string Stacks => folder.Combine("artifacts", "bin", "Stacks", "release", "ModelServing.Stacks.dll");

    /// <summary>Makes the repository, with one commit on <c>main</c>.</summary>
    internal static async Task<MadeRepository> CreateAsync()
    {
        var made = new MadeRepository();
        var files = await Tool.SucceedAsync(Repository.Root, "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard");
        foreach (var file in files.Split('\0', StringSplitOptions.RemoveEmptyEntries)
            .Where(static file => File.Exists(Repository.Combine(file))))
            made.Copy(Repository.Combine(file), file);
        if (File.Exists(Repository.Combine("SdkDoubles.props")))
            made.Copy(Repository.Combine("SdkDoubles.props"), "SdkDoubles.props");
        var program = Path.GetDirectoryName(MsProcess.Program("Stacks", "ModelServing.Stacks"))!;
        foreach (var file in Directory.EnumerateFiles(program, "*", SearchOption.AllDirectories))
            made.Copy(file, Path.Combine("artifacts", "bin", "Stacks", "release", Path.GetRelativePath(program, file)));
        await made.GitAsync("init", "--quiet", "--initial-branch", "main");
        await made.GitAsync("config", "user.name", "somebody");
        await made.GitAsync("config", "user.email", "somebody@example.com");
        await made.CommitAsync("as it is");
        return made;
    }

    internal string Combine(params string[] parts) => folder.Combine(parts);

    /// <summary>Gives it the built programs that replay requests. They are links, because their libraries are large.</summary>
    internal void LinkReplay()
    {
        foreach (var (project, assembly) in ((string, string)[])[("Cli", "ms"), ("Jobs", "ModelServing.Jobs")])
        {
            Directory.CreateDirectory(folder.Combine("artifacts", "bin", project));
            Directory.CreateSymbolicLink(
                folder.Combine("artifacts", "bin", project, "release"), Path.GetDirectoryName(MsProcess.Program(project, assembly))!);
        }
    }

    internal Task<string> GitAsync(params string[] arguments) => Tool.SucceedAsync(FullPath, "git", arguments);

    /// <summary>Replaces a text that must exist.</summary>
    internal async Task ReplaceAsync(string file, string former, string latter)
    {
        var text = await File.ReadAllTextAsync(folder.Combine(file));
        Assert.Contains(former, text, StringComparison.Ordinal);
        await File.WriteAllTextAsync(folder.Combine(file), text.Replace(former, latter, StringComparison.Ordinal));
    }

    internal async Task<string> CommitAsync(string message)
    {
        await GitAsync("add", "--all");
        await GitAsync("commit", "--quiet", "--allow-empty", "--message", message);
        return (await GitAsync("rev-parse", "HEAD")).Trim();
    }

    public void Dispose() => folder.Dispose();

    /// <summary>Copies a file or a folder into it.</summary>
    internal void Add(string from, string to)
    {
        if (!Directory.Exists(from))
        {
            Copy(from, to);
            return;
        }

        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
            Copy(file, Path.Combine(to, Path.GetRelativePath(from, file)));
    }

    private void Copy(string from, string to)
    {
        var target = folder.Combine(to);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        File.Copy(from, target);
    }
}
