using System.CommandLine;
using System.Text.Json.Nodes;
using ModelServing.Cli.Rollouts;
using ModelServing.Contracts.Predictions;

namespace ModelServing.Cli.Predictions;

/// <summary><c>ms prediction</c>: one request in full.</summary>
internal static class PredictionCommand
{
    internal static Command Create()
    {
        var id = new Argument<string>("ID") { Description = "The request's identifier, from the header X-Request-Id of its answer." };
        var json = new Option<bool>("--json") { Description = "Print the prediction as JSON." };
        var admin = new AdminOptions();
        var command = new Command("prediction", "Show a prediction in full: the version that answered, inputs, answer, times, outcome.")
        {
            id, json,
        };
        admin.AddTo(command);
        command.SetAction((arguments, _) => Terminal.RunAsync(arguments.GetValue(json), async (terminal, signals) =>
        {
            var text = arguments.GetValue(id)!;
            if (!RequestIds.TryParse(text, out var request))
                throw new CommandException(ExitCode.WrongInput, $"ID: '{text}' must be {RequestIds.Form}");
            using var client = admin.Open(arguments);
            var prediction = await client.PredictionAsync(request, signals.Stop);
            terminal.Result(JsonNode.Parse(prediction.ToUtf8()), _ => PredictionReport.Render(prediction));
            return ExitCode.Done;
        }));
        return command;
    }
}
