using System.CommandLine;

namespace ModelServing.Cli.Rollouts;

/// <summary><c>ms status</c>: how the rollouts stand, what is condemned, and the way out.</summary>
internal static class StatusCommand
{
    internal static Command Create()
    {
        var model = new Argument<string?>("MODEL") { Description = "The model; without it all of them.", Arity = ArgumentArity.ZeroOrOne };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var admin = new AdminOptions();
        var command = new Command("status", "Show how the rollouts stand: shares, the guard's evidence, what is condemned.") { model, json };
        admin.AddTo(command);
        command.SetAction((arguments, _) => Terminal.RunAsync(arguments.GetValue(json), async (terminal, signals) =>
        {
            using var client = admin.Open(arguments);
            var status = await client.StatusAsync(signals.Stop);
            if (arguments.GetValue(model) is { } name)
            {
                var one = status.Models.FirstOrDefault(status => status.Model.Text == name)
                    ?? throw new CommandException(ExitCode.WrongInput, $"there is no model '{name}'; there are: {string.Join(", ", status.Models.Select(static status => status.Model))}");
                status = status with { Models = [one] };
            }

            terminal.Result(status, StatusReport.Render);
            return ExitCode.Done;
        }));
        return command;
    }
}
