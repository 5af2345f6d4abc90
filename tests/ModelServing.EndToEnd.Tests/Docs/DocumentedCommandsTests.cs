using System.Text.RegularExpressions;
using ModelServing.EndToEnd.Tests.Workflows;
using ModelServing.TestKit;

namespace ModelServing.EndToEnd.Tests.Docs;

/// <summary>The commands of ours that documents and workflows have a reader type: each is there, with its options.</summary>
public partial class DocumentedCommandsTests
{
    private static readonly string[] Files =
    [
        Repository.Combine("README.md"), Repository.Combine("CONTRIBUTING.md"),
        .. Directory.EnumerateFiles(Repository.Combine("docs"), "*.md"), .. Directory.EnumerateFiles(Repository.Combine(".github"), "*.yml", SearchOption.AllDirectories),
    ];

    [Fact]
    public async Task Every_command_of_dev_is_there()
    {
        var usage = await Tool.SucceedAsync(Repository.Root, "bash", Repository.Combine("dev"), "help");
        var commands = Files.SelectMany(Commands).Select(static command => command.Words[0]).Distinct().ToList();
        Assert.Contains("preview", commands);
        Assert.All(commands, command => Assert.Matches($@"(?m)^  {Regex.Escape(command)} ", usage));
    }

    [Fact]
    public async Task Every_command_of_ms_is_there_with_its_options()
    {
        var commands = Files.SelectMany(Commands).Where(static command => command.Words[0] is "ms" or "up").ToList();
        Assert.Contains(commands, static command => command.Words is ["ms", "publish", ..]);
        foreach (var command in commands)
        {
            // What follows `ms` up to the first argument or option; a command in a command's place has no capitals and no dots.
            string[] path = [.. (command.Words[0] == "up" ? command.Words : command.Words.Skip(1)).TakeWhile(static word => CommandWord().IsMatch(word))];
            var (help, depth) = await HelpAsync(path);
            Assert.True(depth > 0 || path.Length == 0, $"{command.File}: {command}: ms has no such command");
            foreach (var option in command.Words.Where(static word => word.StartsWith("--", StringComparison.Ordinal) && word != "--help"))
                Assert.True(Regex.IsMatch(help, $@"(?m)(^ +|, ){Regex.Escape(option.Split('=')[0])}\b"), $"{command.File}: {command}: no {option} in\n{help}");
        }
    }

    [Fact]
    public async Task Every_option_of_the_preview_is_there()
    {
        var (exitCode, usage) = await Tool.RunAsync(Repository.Root, new Dictionary<string, string>(), "dotnet", MsProcess.Program("Stacks", "ModelServing.Stacks"), "preview", "--help");
        Assert.Equal(2, exitCode);
        var options = Files.SelectMany(Commands).Where(static command => command.Words[0] == "preview").SelectMany(static command => command.Words.Where(static word => word.StartsWith("--", StringComparison.Ordinal))).Distinct().ToList();
        Assert.Contains("--against", options);
        Assert.All(options, option => Assert.Contains(option, usage, StringComparison.Ordinal));
    }

    /// <summary>The help of the deepest command of <paramref name="path"/>; what comes after it are arguments.</summary>
    private static async Task<(string Help, int Depth)> HelpAsync(string[] path)
    {
        for (var depth = path.Length; depth > 0; depth--)
        {
            var (exitCode, help) = await Tool.RunAsync(Repository.Root, new Dictionary<string, string>(), "dotnet", [MsProcess.Program("Cli", "ms"), .. path[..depth], "--help"]);
            if (exitCode == 0 && help.Contains($"ms {string.Join(' ', path[..depth])} ", StringComparison.Ordinal))
                return (help, depth);
        }

        return ("", 0);
    }

    /// <summary>What follows <c>./dev</c> on a line, or in a piece of code in one.</summary>
    private static IEnumerable<Command> Commands(string file) => DevCommand().Matches(File.ReadAllText(file))
        .Select(match => new Command(Path.GetRelativePath(Repository.Root, file), [.. match.Groups[1].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static word => word.TrimEnd(';', ',', '.', ':'))]));

    [GeneratedRegex(@"\./dev ([a-z][^`|>\n#]*)", RegexOptions.CultureInvariant)]
    private static partial Regex DevCommand();

    [GeneratedRegex(@"\A[a-z]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex CommandWord();

    private sealed record Command(string File, string[] Words)
    {
        public override string ToString() => "./dev " + string.Join(' ', Words);
    }
}
