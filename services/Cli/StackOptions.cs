using System.CommandLine;
using ModelServing.Cli.Up;
using ModelServing.Contracts;

namespace ModelServing.Cli;

/// <summary>The options that select a command's stack.</summary>
/// <param name="description">The help text of <c>--stack</c>, for commands to which a stack means something special.</param>
internal sealed class StackOptions(string description =
    "The stack, whose settings are in Pulumi.STACK.yaml. Default: local if 'ms init' has made its file, otherwise dev.")
{
    /// <summary>The stack that <c>ms init</c> makes, for this machine alone.</summary>
    internal const string LocalStack = "local";

    /// <summary>The stack of <c>ms up --demo</c>.</summary>
    internal const string DemoStack = "demo";

    private const string CloudStack = "dev";

    private readonly Option<string?> stack = new("--stack", "-s") { Description = description };
    private readonly Option<string> folder = new(
        "--cwd",
        "-C")
    { Description = "The folder of the stack file.", DefaultValueFactory = static _ => "." };

    internal void AddTo(Command command)
    {
        command.Options.Add(stack);
        command.Options.Add(folder);
    }

    /// <summary>The stack of a folder that commands without <c>--stack</c> use.</summary>
    internal static string DefaultIn(string folder) => new StackLocation(LocalStack, folder).Exists ? LocalStack : CloudStack;

    /// <summary>Whether the command line names a stack.</summary>
    internal bool IsGiven(ParseResult arguments) => arguments.GetValue(stack) is not null;

    /// <summary>The options as they were typed, for commands in messages.</summary>
    internal string Typed(ParseResult arguments) =>
        (arguments.GetValue(stack) is { } name ? $" --stack {OwnCommand.Word(name)}" : "") +
        (arguments.GetResult(folder) is { IdentifierTokenCount: > 0 } ? $" --cwd {OwnCommand.Word(arguments.GetValue(folder)!)}" : "");

    /// <summary>The named stack, or the default one.</summary>
    internal StackLocation Read(ParseResult arguments)
    {
        var path = Path.GetFullPath(arguments.GetValue(folder)!);
        return new StackLocation(arguments.GetValue(stack) ?? DefaultIn(path), path);
    }

    /// <summary>The stack for a demo: the named one, or that of the demo, if the folder has its file.</summary>
    internal StackLocation ReadForDemo(ParseResult arguments)
    {
        var read = Read(arguments);
        return !IsGiven(arguments) && new StackLocation(DemoStack, read.Folder) is { Exists: true } demo ? demo : read;
    }

    /// <summary>The stack for a command that calls a platform on this machine: as <see cref="Read"/>, but if only a demo runs, its
    /// stack.</summary>
    internal StackLocation ReadRunning(ParseResult arguments)
    {
        var (read, demo) = (Read(arguments), ReadForDemo(arguments));
        return demo.Name != read.Name && !Runs(read) && Runs(demo) ? demo : read;
    }

    private static bool Runs(StackLocation stack)
    {
        try
        {
            return stack.Exists && StateFolder.Running(stack.StateFolder(stack.Read().Settings.Local)).Count > 0;
        }
        catch (CommandException)
        {
            // The command itself reports the faults.
            return false;
        }
    }
}
