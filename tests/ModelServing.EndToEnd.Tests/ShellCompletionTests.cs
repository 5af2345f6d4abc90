using System.Runtime.Versioning;
using ModelServing.EndToEnd.Tests.Workflows;
using ModelServing.TestKit;

namespace ModelServing.EndToEnd.Tests;

/// <summary>The scripts of <c>ms completions</c>, each in its own shell.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class ShellCompletionTests : IDisposable
{
    // Completes with the real program. Any other command prints what it got.
    private const string Ms = """
        #!/bin/sh
        case "$1" in
          completions | "[suggest"*) exec dotnet "$MS" "$@" ;;
          *) echo "called: $*" ;;
        esac
        """;

    private const string Bash = """
        eval "$(ms completions bash)"
        COMP_LINE="$LINE" COMP_POINT=${#LINE} COMP_WORDS=($LINE) COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        _ms_complete
        echo "${COMPREPLY[@]}"
        """;

    // Types the line, a tab and a return into an interactive shell on a terminal of its own.
    private const string Zsh = """
        zmodload zsh/zpty
        zpty shell zsh -f -i
        zpty -w shell 'autoload -Uz compinit; compinit -u -D; eval "$(ms completions zsh)"; echo rea""dy'
        zpty -r shell output '*ready*'
        zpty -w shell "$LINE"$'\t'
        zpty -r shell output $'*called: *\n*'
        print -r -- "${${output##*called: }%%[[:space:]]#}"
        """;

    private const string Fish = """
        ms completions fish | source
        complete --do-complete "$LINE"
        """;

    private const string PowerShell = """
        ms completions pwsh | Out-String | Invoke-Expression
        (TabExpansion2 -inputScript $env:LINE -cursorColumn $env:LINE.Length).CompletionMatches | ForEach-Object CompletionText
        """;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("bash", "ms sta", "status")]
    [InlineData("bash", "ms rollback fraud --wh", "--why")]
    [InlineData("zsh", "ms sta", "status")]
    [InlineData("zsh", "ms rollback fraud --wh", "rollback fraud --why")]
    [InlineData("zsh", "echo 1 | ms sta", "status")]
    [InlineData("zsh", "ms nothing", "nothing")]
    [InlineData("fish", "ms sta", "status")]
    [InlineData("fish", "ms rollback fraud --wh", "--why")]
    [InlineData("fish", "echo 1 | ms sta", "status")]
    [InlineData("fish", "ms nothing", "")]
    [InlineData("pwsh", "ms sta", "status")]
    [InlineData("pwsh", "ms rollback fraud --wh", "--why")]
    [InlineData("pwsh", "echo 1 | ms sta", "status")]
    [InlineData("pwsh", "ms nothing", "")]
    public async Task A_shell_completes_commands_and_options(string shell, string line, string completed)
    {
        Assert.SkipUnless(IsInstalled(shell), shell == "pwsh"
            ? "PowerShell is not installed: dotnet tool install --global PowerShell"
            : $"{shell} is not installed: sudo apt-get install -y --no-install-recommends {shell}");
        var ms = folder.Combine("ms");
        await File.WriteAllTextAsync(ms, Ms.ReplaceLineEndings("\n") + "\n", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(ms, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var variables = new Dictionary<string, string>
        {
            ["PATH"] = $"{folder.FullPath}:{Environment.GetEnvironmentVariable("PATH")}",
            ["MS"] = MsProcess.Program("Cli", "ms"),
            ["LINE"] = line,
            ["HOME"] = folder.FullPath,
            ["TERM"] = "dumb",
        };
        var script = shell switch { "bash" => Bash, "zsh" => Zsh, "fish" => Fish, _ => PowerShell };
        var (exitCode, output) = await Tool.RunAsync(
            folder.FullPath, variables, "timeout", "120", shell, shell == "pwsh" ? "-Command" : "-c", script.ReplaceLineEndings("\n"));
        Assert.Equal((0, completed), (exitCode, output.Trim()));
    }

    private static bool IsInstalled(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, program)));
}
