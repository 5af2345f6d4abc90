using System.CommandLine;
using System.Globalization;
using ModelServing.Contracts;
using ModelServing.Hosting.Access;

namespace ModelServing.Cli.Requests;

/// <summary><c>ms logs</c>: the newest attempts in the access logs of the hosts on this machine.</summary>
internal static class LogsCommand
{
    private const int MostLines = 10_000;

    private static readonly string[] Hosts =
        [.. ((AccessSource[])[AccessSource.Router, AccessSource.FeatureServer, AccessSource.Functions]).Select(AttemptText.Host)];

    internal static Command Create()
    {
        var model = new Option<string?>("--model") { Description = "Only attempts for this model." };
        var failed = new Option<bool>("--failed") { Description = "Only attempts that failed." };
        var slower = new Option<double?>("--slower") { Description = "Only attempts of requests that took longer, in milliseconds." };
        var host = new Option<string?>("--host")
        {
            Description = "Only requests to one host: router, features or functions. By default, those to the functions are left out.",
        };
        host.AcceptOnlyFromAmong(Hosts);
        var limit = new Option<int>("--limit")
        {
            Description = $"The most attempts, up to {MostLines.ToString("N0", CultureInfo.InvariantCulture)}. Default: 20.",
            DefaultValueFactory = static _ => 20,
        };
        var json = new Option<bool>("--json") { Description = "Print the attempts as JSON, with all of their times." };
        var stack = new StackOptions();
        var command = new Command("logs", "Show the newest requests on this machine, one line for each attempt.")
        {
            model, failed, slower, host, limit, json,
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
            var from = arguments.GetValue(host);
            var lines = LocalRequests.Open(stack.ReadRunning(arguments)).Newest(
                line => (name is null || line.Record.Model == name.Text)
                    && (!onlyFailed || line.IsFailure)
                    && IsFrom(from, line.Record.Source)
                    && line.Record.Times.Total > least,
                most);
            terminal.Result(
                lines.Select(AttemptJson.Value).ToList(), _ => AttemptTable.List(lines, terminal.Messages.Profile.Width));
            return Task.FromResult(ExitCode.Done);
        }));
        return command;
    }

    // A version's record is about a request to the router. Functions are called by the platform itself, again and again.
    private static bool IsFrom(string? host, AccessSource source) => host is null
        ? source != AccessSource.Functions
        : host == AttemptText.Host(source == AccessSource.Version ? AccessSource.Router : source);
}
