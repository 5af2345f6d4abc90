using System.CommandLine;

namespace ModelServing.Cli.Rollouts;

/// <summary><c>ms status</c>: the state of the rollouts, the condemned versions, and the way out.</summary>
internal static class StatusCommand
{
    internal static Command Create()
    {
        var model = new Argument<string?>("MODEL") { Description = "The model. Default: all models.", Arity = ArgumentArity.ZeroOrOne };
        var json = new Option<bool>("--json") { Description = "Print the status as JSON." };
        var admin = new AdminOptions();
        var command = new Command(
            "status",
            "Show the state of the rollouts: shares, the guard's evidence, condemned versions.") { model, json };
        admin.AddTo(command);
        command.SetAction((arguments, _) => Terminal.RunAsync(arguments.GetValue(json), async (terminal, signals) =>
        {
            using var client = admin.Open(arguments);
            var status = await client.StatusAsync(signals.Stop);
            if (arguments.GetValue(model) is { } name)
            {
                var one = status.Models.FirstOrDefault(status => status.Model.Text == name)
                    ?? throw new CommandException(
                        ExitCode.WrongInput,
                        $"unknown model '{name}'; the models are: " +
                            $"{string.Join(", ", status.Models.Select(static status => status.Model))}");
                status = status with { Models = [one] };
            }

            terminal.Result(status, StatusReport.Render);
            return ExitCode.Done;
        }));
        return command;
    }
}
