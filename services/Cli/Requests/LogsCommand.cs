using System.CommandLine;
using System.Globalization;
using ModelServing.Contracts;

namespace ModelServing.Cli.Requests;

/// <summary><c>ms logs</c>: the newest attempts in the access logs of the hosts on this machine.</summary>
internal static class LogsCommand
{
    private const int MostLines = 10_000;

    internal static Command Create()
    {
        var model = new Option<string?>("--model") { Description = "Only attempts for this model." };
        var failed = new Option<bool>("--failed") { Description = "Only attempts that failed." };
        var slower = new Option<double?>("--slower") { Description = "Only attempts of requests that took longer, in milliseconds." };
        var limit = new Option<int>("--limit")
        {
            Description = $"The most attempts, up to {MostLines.ToString("N0", CultureInfo.InvariantCulture)}. Default: 20.",
            DefaultValueFactory = static _ => 20,
        };
        var json = new Option<bool>("--json") { Description = "Print the attempts as JSON, with all of their times." };
        var stack = new StackOptions();
        var command = new Command("logs", "Show the newest requests on this machine, one line for each attempt.")
        {
            model, failed, slower, limit, json,
        };
        stack.AddTo(command);
        command.SetAction((arguments, _) => Terminal.RunAsync(arguments.GetValue(json), (terminal, _) =>
        {
            var name = arguments.GetValue(model) is not { } text ? null
                : ModelName.TryParse(text, null, out var parsed) ? parsed
                : throw new CommandException(ExitCode.WrongInput, $"--model: '{text}' is not a model's name: {ModelName.Form}");
            var most = arguments.GetValue(limit) is > 0 and <= MostLines and var number
                ? number
                : throw new CommandException(ExitCode.WrongInput, $"--limit: it must be from 1 to {MostLines}");
            var least = arguments.GetValue(slower) is { } milliseconds
                ? TimeSpan.FromMilliseconds(Math.Clamp(milliseconds, 0, TimeSpan.MaxValue.TotalMilliseconds / 2))
                : TimeSpan.MinValue;
            var onlyFailed = arguments.GetValue(failed);
            var lines = LocalRequests.Open(stack.Read(arguments)).Newest(
                line => (name is null || line.Record.Model == name.Text)
                    && (!onlyFailed || line.IsFailure)
                    && line.Record.Times.Total > least,
                most);
            terminal.Result(
                lines.Select(AttemptJson.Value).ToList(), _ => AttemptTable.List(lines, terminal.Messages.Profile.Width));
            return Task.FromResult(ExitCode.Done);
        }));
        return command;
    }
}
