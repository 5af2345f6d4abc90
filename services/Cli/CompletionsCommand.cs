using System.CommandLine;

namespace ModelServing.Cli;

/// <summary><c>ms completions</c>: prints the script with which a shell completes the commands of <c>ms</c>.</summary>
/// <remarks>The scripts call <c>ms [suggest:POSITION] LINE</c>, which the command line's library answers with one word a line.</remarks>
internal static class CompletionsCommand
{
    private const string Bash = """
        # In ~/.bashrc: eval "$(ms completions bash)"
        _ms_complete() {
          local IFS=$'\n'
          COMPREPLY=($(compgen -W "$(ms "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _ms_complete ms
        """;

    private const string Zsh = """
        # In ~/.zshrc, after compinit: eval "$(ms completions zsh)"
        _ms_complete() {
          local line="${(j: :)words[1,CURRENT-1]} $PREFIX"
          local -a found
          found=(${(f)"$(ms "[suggest:${#line}]" "$line" 2>/dev/null)"})
          compadd -- $found
        }
        compdef _ms_complete ms
        """;

    private const string Fish = """
        # In ~/.config/fish/config.fish: ms completions fish | source
        function _ms_complete
          set --local line (commandline --current-process --cut-at-cursor | string trim --left)
          ms "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
        end
        complete --command ms --arguments '(_ms_complete)'
        """;

    private const string PowerShell = """
        # In $PROFILE: ms completions pwsh | Out-String | Invoke-Expression
        Register-ArgumentCompleter -Native -CommandName ms -ScriptBlock {
          param($word, $line, $cursor)
          $position = $cursor - $line.Extent.StartOffset
          ms "[suggest:$position]" "$line".PadRight($position) 2>$null | ForEach-Object {
            [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
          }
        }
        """;

    internal static Command Create()
    {
        var shell = new Argument<string>("SHELL") { Description = "The shell: bash, zsh, fish or pwsh." };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish", "pwsh");
        var command = new Command("completions", "Print the script that completes the commands of ms in a shell.") { shell };
        command.SetAction(arguments =>
        {
            Console.Out.WriteLine(ScriptFor(arguments.GetValue(shell)!));
            return ExitCode.Done;
        });
        return command;
    }

    internal static string ScriptFor(string shell) => shell switch
    {
        "bash" => Bash,
        "zsh" => Zsh,
        "fish" => Fish,
        _ => PowerShell,
    };
}
