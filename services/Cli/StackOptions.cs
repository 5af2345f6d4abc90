using System.CommandLine;

namespace ModelServing.Cli;

/// <summary>The options that select a command's stack.</summary>
/// <param name="description">The help text of <c>--stack</c>, for commands to which a stack means something special.</param>
internal sealed class StackOptions(string description = "The stack, whose settings are in Pulumi.STACK.yaml.")
{
    internal const string DefaultStack = "dev";

    private readonly Option<string> stack = new(
        "--stack",
        "-s")
    { Description = description, DefaultValueFactory = static _ => DefaultStack };
    private readonly Option<string> folder = new(
        "--cwd",
        "-C")
    { Description = "The folder of the stack file.", DefaultValueFactory = static _ => "." };

    internal void AddTo(Command command)
    {
        command.Options.Add(stack);
        command.Options.Add(folder);
    }

    /// <summary>Whether the command line names a stack.</summary>
    internal bool IsGiven(ParseResult arguments) => arguments.GetResult(stack) is { IdentifierTokenCount: > 0 };

    internal StackLocation Read(ParseResult arguments) => new(arguments.GetValue(stack)!, Path.GetFullPath(arguments.GetValue(folder)!));
}
