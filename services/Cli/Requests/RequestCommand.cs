using System.CommandLine;
using ModelServing.Contracts.Predictions;

namespace ModelServing.Cli.Requests;

/// <summary><c>ms request</c>: where the time of one request went, and how each of its attempts ended.</summary>
internal static class RequestCommand
{
    internal static Command Create()
    {
        var id = new Argument<string>("ID") { Description = "The request's identifier, from the header X-Request-Id of its answer." };
        var cloud = new Option<bool>("--cloud")
        {
            Description = "Print the command that searches OCI Logging for the request, instead of the logs on this machine.",
        };
        var json = new Option<bool>("--json") { Description = "Print the attempts as JSON." };
        var stack = new StackOptions();
        var command = new Command("request", "Show why a request was slow or wrong: one line for each attempt.") { id, cloud, json };
        stack.AddTo(command);
        command.SetAction((arguments, _) => Terminal.RunAsync(arguments.GetValue(json), (terminal, _) =>
        {
            var text = arguments.GetValue(id)!;
            if (!RequestIds.TryParse(text, out var known) || !Ulid.TryParse(known, out var request))
                throw new CommandException(ExitCode.WrongInput, $"ID: '{text}' must be {RequestIds.Form}");
            if (arguments.GetValue(cloud))
            {
                foreach (var line in CloudSearch.Lines(request, stack.Read(arguments).ReadCloud().Cloud!.Compartment))
                    terminal.Say(new Spectre.Console.Text(line));
                return Task.FromResult(ExitCode.Done);
            }

            var lines = LocalRequests.Open(stack.ReadRunning(arguments)).Find(request);
            if (lines.Count == 0)
            {
                throw new CommandException(
                    ExitCode.Failed,
                    $"the access logs on this machine do not have {known}; they keep the newest requests, and those of ended processes " +
                        "for an hour");
            }

            terminal.Result(lines.Select(AttemptJson.Value).ToList(), _ => AttemptTable.Request(lines));
            return Task.FromResult(ExitCode.Done);
        }));
        return command;
    }
}
