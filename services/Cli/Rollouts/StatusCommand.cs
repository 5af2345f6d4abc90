using System.CommandLine;
using ModelServing.Contracts.Admin;

namespace ModelServing.Cli.Rollouts;

/// <summary><c>ms status</c>: the state of the rollouts, their requests, the condemned versions, and the way out.</summary>
internal static class StatusCommand
{
    private static readonly TimeSpan WatchPeriod = TimeSpan.FromSeconds(2);

    internal static Command Create()
    {
        var model = new Argument<string?>("MODEL") { Description = "The model. Default: all models.", Arity = ArgumentArity.ZeroOrOne };
        var json = new Option<bool>("--json") { Description = "Print the status as JSON." };
        var watch = new Option<bool>("--watch", "-w") { Description = "Print the status every two seconds, until Ctrl-C." };
        var admin = new AdminOptions();
        var command = new Command(
            "status",
            "Show the rollouts: each variant's requests, errors and latency beside stable's, the guard's evidence, condemned versions.")
        {
            model, json, watch,
        };
        admin.AddTo(command);
        command.SetAction((arguments, _) => Terminal.RunAsync(arguments.GetValue(json), async (terminal, signals) =>
        {
            var form = ReportForm.For(terminal, admin.Typed(arguments));
            if (!arguments.GetValue(watch))
            {
                using var client = admin.Open(arguments);
                terminal.Result(
                    await ReadAsync(client, arguments.GetValue(model), signals.Stop),
                    status => StatusReport.Render(status, form));
                return ExitCode.Done;
            }

            while (!signals.Stop.IsCancellationRequested)
            {
                try
                {
                    // A platform that was started anew has another address.
                    using var client = admin.Open(arguments);
                    var status = await ReadAsync(client, arguments.GetValue(model), signals.Stop);
                    terminal.Redraw(status, StatusReport.Lines(status, ReportForm.For(terminal, form.Options)));
                }
                catch (CommandException e) when (e.ExitCode == ExitCode.Failed)
                {
                    terminal.Error(e.Lines[0]);
                }

                await Task.Delay(WatchPeriod, TimeProvider.System, signals.Stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            return ExitCode.Done;
        }));
        return command;
    }

    private static async Task<RolloutsStatus> ReadAsync(AdminClient client, string? model, CancellationToken cancellation)
    {
        var status = await client.StatusAsync(cancellation);
        if (model is null)
            return status;
        var one = status.Models.FirstOrDefault(status => status.Model.Text == model)
            ?? throw new CommandException(
                ExitCode.WrongInput,
                $"unknown model '{model}'; the models are: {string.Join(", ", status.Models.Select(static status => status.Model))}");
        return status with { Models = [one] };
    }
}
