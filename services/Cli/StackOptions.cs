using System.CommandLine;
using ModelServing.Registry;

namespace ModelServing.Cli;

/// <summary>The options that say which stack a command is about.</summary>
internal sealed class StackOptions
{
    internal const string DefaultStack = "dev";

    private readonly Option<string> stack = new("--stack", "-s") { Description = "The stack; its settings are in Pulumi.STACK.yaml.", DefaultValueFactory = static _ => DefaultStack };
    private readonly Option<string> folder = new("--cwd", "-C") { Description = "The folder that the stack file is in.", DefaultValueFactory = static _ => "." };

    internal void AddTo(Command command)
    {
        command.Options.Add(stack);
        command.Options.Add(folder);
    }

    internal StackLocation Of(ParseResult arguments) => new(arguments.GetValue(stack)!, Path.GetFullPath(arguments.GetValue(folder)!));
}

/// <summary>Opens the registry that a command is about: the stack's folder, or what <c>--registry</c> names.</summary>
internal sealed class RegistryOption
{
    private readonly Option<string?> registry = new("--registry") { Description = "The registry, as file:FOLDER. Without it the stack's." };

    internal void AddTo(Command command) => command.Options.Add(registry);

    internal ModelRegistry Open(ParseResult arguments, StackLocation stack) => new(
        RegistryLocation.Open(arguments.GetValue(registry) ?? "file:" + stack.RegistryFolder(stack.Read().Settings.Local)),
        TimeProvider.System);
}
