using System.CommandLine;
using ModelServing.Contracts;
using ModelServing.Contracts.Admin;
using Spectre.Console;

namespace ModelServing.Cli.Rollouts;

/// <summary><c>ms rollback</c> and <c>ms reset</c>: a person condemns a version, or allows it a new trial.</summary>
internal static class VersionCommands
{
    internal static Command CreateRollback()
    {
        var target = new VersionArguments();
        var force = new Option<bool>("--force")
        {
            Description = "Condemn the stable version even if no kept version is ready; the model may then answer 503.",
        };
        var command = new Command("rollback", "Condemn a version: it gets no traffic in any rollout until it is reset.") { force };
        target.AddTo(command);
        command.SetAction((arguments, _) => Terminal.RunAsync(json: false, async (terminal, signals) =>
        {
            var (model, version, why) = target.Read(arguments);
            using var client = target.Admin.Open(arguments);
            var request = new RollbackRequest(version, why, Environment.UserName, arguments.GetValue(force));
            var status = await client.RollbackAsync(model, request, signals.Stop);
            terminal.Say($"{model} version {version} is condemned and gets no traffic. For a new trial:");
            terminal.Say($"  [bold]{Markup.Escape(StatusReport.ResetCommand(model, version, target.Admin.Typed(arguments)))}[/]");
            Print(terminal, status);
            return ExitCode.Done;
        }));
        return command;
    }

    internal static Command CreateReset()
    {
        var target = new VersionArguments();
        var command = new Command("reset", "Start the next trial of a condemned version; it gets its share from the stack file again.");
        target.AddTo(command);
        command.SetAction((arguments, _) => Terminal.RunAsync(json: false, async (terminal, signals) =>
        {
            var (model, version, why) = target.Read(arguments);
            using var client = target.Admin.Open(arguments);
            var status = await client.ResetAsync(model, new ResetRequest(version, why, Environment.UserName), signals.Stop);
            terminal.Say($"The next trial of {model} version {version} has begun; it gets its share of the plan.");
            Print(terminal, status);
            return ExitCode.Done;
        }));
        return command;
    }

    private static void Print(Terminal terminal, ModelStatus status)
    {
        foreach (var line in StatusReport.Rollout(status))
            terminal.Say(line);
    }

    /// <summary>A model, one of its versions, and the reason.</summary>
    private sealed class VersionArguments
    {
        private readonly Argument<string> model = new("MODEL") { Description = "The model." };
        private readonly Argument<string> version = new("VERSION") { Description = "The version." };
        private readonly Option<string> why = new("--why") { Description = "The reason, which the journal records.", Required = true };

        internal AdminOptions Admin { get; } = new();

        internal void AddTo(Command command)
        {
            command.Arguments.Add(model);
            command.Arguments.Add(version);
            command.Options.Add(why);
            Admin.AddTo(command);
        }

        internal (ModelName Model, ModelVersion Version, string Why) Read(ParseResult arguments)
        {
            var name = ModelArgument.Parse(arguments.GetValue(model)!);
            if (!ModelVersion.TryParse(arguments.GetValue(version), null, out var number))
                throw new CommandException(
                    ExitCode.WrongInput,
                    $"VERSION: '{arguments.GetValue(version)}' is not a version: {ModelVersion.Form}");
            return (name, number, arguments.GetValue(why)!);
        }
    }
}
