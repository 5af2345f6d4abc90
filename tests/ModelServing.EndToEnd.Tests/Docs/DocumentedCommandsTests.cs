using System.Text.RegularExpressions;
using ModelServing.EndToEnd.Tests.Workflows;
using ModelServing.TestKit;

namespace ModelServing.EndToEnd.Tests.Docs;

/// <summary>Every command of ours in the documents and workflows exists, with its options.</summary>
public partial class DocumentedCommandsTests
{
    private static readonly string[] Files =
    [
        Repository.Combine("README.md"), Repository.Combine("CONTRIBUTING.md"),
        .. Directory.EnumerateFiles(
            Repository.Combine("docs"),
            "*.md"), .. Directory.EnumerateFiles(Repository.Combine(".github"), "*.yml", SearchOption.AllDirectories),
    ];

    // Most commands occur several times.
    private readonly Dictionary<string, (int ExitCode, string Output)> helps = [];

    [Fact]
    public async Task Every_command_of_dev_exists()
    {
        var usage = await Tool.SucceedAsync(Repository.Root, "bash", Repository.Combine("dev"), "help");
        var commands = Files.SelectMany(Commands).Select(static command => command.Words[0]).Distinct().ToList();
        Assert.Contains("preview", commands);
        Assert.All(commands, command => Assert.Matches($@"(?m)^  {Regex.Escape(command)} ", usage));
    }

    [Fact]
    public async Task Every_command_of_ms_exists_with_its_options()
    {
        var commands = Files.SelectMany(Commands).Where(static command => command.Words[0] is "ms" or "up").ToList();
        Assert.Contains(commands, static command => command.Words is ["ms", "publish", ..]);
        foreach (var command in commands)
        {
            // The words after `ms` up to the first argument or option. The name of a command has no capitals and no dots.
            string[] path = [.. (command.Words[0] == "up" ? command.Words : command.Words.Skip(1))
                .TakeWhile(static word => CommandWord().IsMatch(word))];
            var (help, depth) = await HelpAsync(path);
            Assert.True(depth > 0 || path.Length == 0, $"{command.File}: {command}: ms does not have this command");
            foreach (var option in command.Words.Where(static word => word.StartsWith("--", StringComparison.Ordinal) && word != "--help"))
                Assert.True(
                    Regex.IsMatch(help, $@"(?m)(^ +|, ){Regex.Escape(option.Split('=')[0])}\b"),
                    $"{command.File}: {command}: no {option} in\n{help}");
        }

        // In a pipe, where the width of the terminal that shows it in the end is unknown.
        var whole = await Tool.SucceedAsync(Repository.Root, "dotnet", MsProcess.Program("Cli", "ms"), "--help");
        foreach (var line in helps.Values.Select(static help => help.Output).Append(whole).SelectMany(static help => help.Split('\n')))
            Assert.True(line.TrimEnd().Length <= 80, line);
        // The list has only the first paragraph of each command.
        Assert.DoesNotContain("The exit code is", whole, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_option_of_the_preview_exists()
    {
        var (exitCode, usage) = await Tool.RunAsync(
            Repository.Root,
            new Dictionary<string, string>(),
            "dotnet",
            MsProcess.Program("Stacks", "ModelServing.Stacks"),
            "preview",
            "--help");
        Assert.Equal(0, exitCode);
        var options = Files.SelectMany(Commands)
            .Where(static command => command.Words[0] == "preview")
            .SelectMany(static command => command.Words.Where(static word => word.StartsWith("--", StringComparison.Ordinal)))
            .Distinct()
            .ToList();
        Assert.Contains("--against", options);
        Assert.All(options, option => Assert.Contains(option, usage, StringComparison.Ordinal));
    }

    /// <summary>The help of the longest command in <paramref name="path"/>; the words after it are arguments.</summary>
    private async Task<(string Help, int Depth)> HelpAsync(string[] path)
    {
        for (var depth = path.Length; depth > 0; depth--)
        {
            var command = string.Join(' ', path[..depth]);
            if (!helps.TryGetValue(command, out var help))
                helps[command] = help = await Tool.RunAsync(
                    Repository.Root,
                    new Dictionary<string, string>(),
                    "dotnet",
                    [MsProcess.Program("Cli", "ms"), .. path[..depth], "--help"]);
            if (help.ExitCode == 0 && help.Output.Contains($"ms {command} ", StringComparison.Ordinal))
                return (help.Output, depth);
        }

        return ("", 0);
    }

    /// <summary>The commands after <c>./dev</c> on a line, or in inline code.</summary>
    private static IEnumerable<Command> Commands(string file) => DevCommand().Matches(File.ReadAllText(file))
        .Select(match => new Command(
            Path.GetRelativePath(Repository.Root, file),
            [.. match.Groups[1].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(static word => word.TrimEnd(';', ',', '.', ':'))]));

    [GeneratedRegex(@"\./dev ([a-z][^`|>\n#]*)", RegexOptions.CultureInvariant)]
    private static partial Regex DevCommand();

    [GeneratedRegex(@"\A[a-z]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex CommandWord();

    private sealed record Command(string File, string[] Words)
    {
        public override string ToString() => "./dev " + string.Join(' ', Words);
    }
}
