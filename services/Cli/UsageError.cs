using System.CommandLine;
using System.CommandLine.Parsing;
using ModelServing.Settings.Schema;

namespace ModelServing.Cli;

/// <summary>What a wrong command line gets: one line with the error and the command for help. The help itself would scroll the error
/// away.</summary>
internal static class UsageError
{
    /// <summary>The line for a command line with errors.</summary>
    internal static string LineOf(ParseResult arguments)
    {
        var found = arguments.CommandResult;
        var name = NameOf(found);
        return $"{ReasonOf(arguments, found.Command, name)}; see '{name} --help'";
    }

    private static string ReasonOf(ParseResult arguments, Command command, string name)
    {
        if (arguments.UnmatchedTokens is [var unknown, ..])
        {
            List<string> known =
            [
                .. command.Subcommands.Select(static subcommand => subcommand.Name),
                .. command.Options.SelectMany(static option => option.Aliases.Prepend(option.Name)),
            ];
            var kind = unknown.StartsWith('-') ? "an option" : command.Subcommands.Count > 0 ? "a command" : "an argument";
            var meant = NearestKey.Find(unknown, known) is { } nearest ? $" (did you mean '{nearest}'?)" : "";
            return $"'{unknown}' is not {kind} of '{name}'{meant}";
        }

        return command.Subcommands.Count > 0
            ? $"'{name}' needs a command: {string.Join(", ", command.Subcommands.Select(static subcommand => subcommand.Name))}"
            : arguments.Errors[0].Message.TrimEnd('.');
    }

    private static string NameOf(CommandResult? command) =>
        command is null || command.Parent is null ? "ms" : $"{NameOf(command.Parent as CommandResult)} {command.Command.Name}";
}
