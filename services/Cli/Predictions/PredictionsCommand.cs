using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using ModelServing.Cli.Rollouts;
using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;

namespace ModelServing.Cli.Predictions;

/// <summary><c>ms predictions</c>: the newest predictions of a model.</summary>
internal static class PredictionsCommand
{
    private const int MostRows = 10_000;

    internal static Command Create()
    {
        var model = new Option<string?>("--model") { Description = "The model." };
        var limit = new Option<int>("--limit")
        {
            Description = $"The most predictions, up to {MostRows.ToString("N0", CultureInfo.InvariantCulture)}. Default: 20.",
            DefaultValueFactory = static _ => 20,
        };
        var json = new Option<bool>("--json") { Description = "Print the predictions as JSON, with all of their data." };
        var range = new TimeRangeOptions();
        var admin = new AdminOptions();
        var command = new Command("predictions", "Show a model's predictions, the newest first.")
        {
            model, limit, json, ExportCommand.Create(),
        };
        range.AddTo(command);
        admin.AddTo(command);
        command.SetAction((arguments, _) => Terminal.RunAsync(arguments.GetValue(json), async (terminal, signals) =>
        {
            var name = ModelName.TryParse(arguments.GetValue(model), null, out var parsed)
                ? parsed
                : throw new CommandException(
                    ExitCode.WrongInput, $"--model: '{arguments.GetValue(model)}' is not a model's name: {ModelName.Form}");
            var most = arguments.GetValue(limit) is > 0 and <= MostRows and var number
                ? number
                : throw new CommandException(ExitCode.WrongInput, $"--limit: it must be from 1 to {MostRows}");
            var (since, until) = range.Read(arguments, TimeProvider.System);
            using var client = admin.Open(arguments);
            var predictions = await ReadAsync(client, name, since, until, most, signals.Stop);
            terminal.Result(
                JsonNode.Parse(new PredictionsPage(predictions).ToUtf8())!["predictions"], _ => PredictionTable.Render(predictions));
            return ExitCode.Done;
        }));
        return command;
    }

    /// <summary>Reads the newest predictions of a range, at most <paramref name="most"/>.</summary>
    internal static async Task<List<PredictionDocument>> ReadAsync(
        AdminClient client, ModelName model, DateTimeOffset since, DateTimeOffset until, int most, CancellationToken cancellation)
    {
        var predictions = new List<PredictionDocument>();
        string? cursor = null;
        do
        {
            var page = await client.PredictionsAsync(
                model, since, until, Math.Min(most - predictions.Count, PredictionsPage.Most), cursor, cancellation);
            predictions.AddRange(page.Predictions);
            cursor = page.Next;
        }
        while (cursor is not null && predictions.Count < most);
        return predictions;
    }
}
