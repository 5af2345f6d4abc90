using System.CommandLine;

namespace ModelServing.Cli;

/// <summary>The options that say which stack a command is about.</summary>
/// <param name="description">What naming a stack means to the command.</param>
internal sealed class StackOptions(string description = "The stack; its settings are in Pulumi.STACK.yaml.")
{
    internal const string DefaultStack = "dev";

    private readonly Option<string> stack = new("--stack", "-s") { Description = description, DefaultValueFactory = static _ => DefaultStack };
    private readonly Option<string> folder = new("--cwd", "-C") { Description = "The folder that the stack file is in.", DefaultValueFactory = static _ => "." };

    internal void AddTo(Command command)
    {
        command.Options.Add(stack);
        command.Options.Add(folder);
    }

    /// <summary>Whether a stack was named.</summary>
    internal bool IsGiven(ParseResult arguments) => arguments.GetResult(stack) is { IdentifierTokenCount: > 0 };

    internal StackLocation Read(ParseResult arguments) => new(arguments.GetValue(stack)!, Path.GetFullPath(arguments.GetValue(folder)!));
}
