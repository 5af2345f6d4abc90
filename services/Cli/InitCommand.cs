using System.CommandLine;
using System.Text;
using ModelServing.Cli.Rollouts;
using ModelServing.Contracts;
using ModelServing.Contracts.Reliability;
using ModelServing.Settings;
using Spectre.Console;

namespace ModelServing.Cli;

/// <summary><c>ms init</c>: writes a stack file for this machine.</summary>
internal static class InitCommand
{
    internal static Command Create()
    {
        var models = new Argument<string[]>("MODEL")
        {
            Description = "Models to serve, each with its version 1 as stable.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var stack = new Option<string>("--stack", "-s")
        {
            Description = "The name of the stack. Commands without --stack use 'local' once its file is there.",
            DefaultValueFactory = static _ => StackOptions.LocalStack,
        };
        var folder = new Option<string>("--cwd", "-C") { Description = "The folder of the file.", DefaultValueFactory = static _ => "." };
        var command = new Command("init", "Write a stack file, Pulumi.STACK.yaml, for the platform on this machine.")
        {
            models, stack, folder,
        };
        command.SetAction((arguments, _) => Terminal.RunAsync(json: false, (terminal, _) => Task.FromResult(Run(
            terminal,
            new StackLocation(arguments.GetValue(stack)!, Path.GetFullPath(arguments.GetValue(folder)!)),
            [.. (arguments.GetValue(models) ?? []).Select(ModelArgument.Parse).Distinct()]))));
        return command;
    }

    /// <exception cref="CommandException">The file exists.</exception>
    internal static int Run(Terminal terminal, StackLocation stack, IReadOnlyList<ModelName> models)
    {
        if (stack.Exists)
        {
            throw new CommandException(
                ExitCode.WrongInput, $"{stack.FilePath} exists already; edit it, or name another stack with --stack");
        }

        AtomicFile.Write(stack.FilePath, Encoding.UTF8.GetBytes(Write(models)));
        terminal.Say($"{Markup.Escape(stack.FileName)} is written. Next:");
        var options = stack.Name == StackOptions.LocalStack ? "" : $" --stack {stack.Name}";
        var local = options.Length == 0 ? "" : options + " --local";
        foreach (var model in models.Count > 0 ? models.Select(static model => model.Text) : ["MODEL"])
            terminal.Say($"  [bold]{Markup.Escape(OwnCommand.Name)} publish {model} FILE.onnx{local}[/]");
        terminal.Say($"  [bold]{Markup.Escape(OwnCommand.Up)}{options}[/]");
        return ExitCode.Done;
    }

    /// <summary>The text of the file.</summary>
    internal static string Write(IReadOnlyList<ModelName> models)
    {
        var example = models.Count == 0 ? "MODEL" : models[0].Text;
        List<string> lines =
        [
            "# A stack for this machine. 'ms up' serves what it names and follows every change that you save.",
            "# docs/settings.md lists all settings.",
            "config:",
            $"  {StackFile.Namespace}models:{(models.Count == 0 ? " {}" : "")}",
            .. models.SelectMany(static model => (string[])[$"    {model}:", "      stable:", "        version: 1"]),
            "    # A second version beside the first, with 5% of the requests:",
            $"    # {example}:",
            "    #   stable:",
            "    #     version: 1",
            "    #   canary:",
            "    #     version: 2",
            "    #     percent: 5",
        ];
        return string.Join('\n', lines) + "\n";
    }
}
