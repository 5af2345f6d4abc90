using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModelServing.Contracts.Features;
using ModelServing.Contracts.Predictions;
using Spectre.Console;

namespace ModelServing.Cli.Features;

/// <summary><c>ms features get</c>: an entity's features, as a model would read them.</summary>
internal static class GetCommand
{
    internal static Command Create()
    {
        var view = new Argument<string>("VIEW") { Description = "The view and its version, such as card-activity:1." };
        var entity = new Argument<string[]>("ENTITY")
        {
            Description = "The entity's keys, such as card_id=42.",
            Arity = ArgumentArity.OneOrMore,
        };
        var request = new Option<string[]>("--request") { Description = "A value of the request, such as amount=12.5." };
        var time = new Option<string?>("--time") { Description = "The time of reading. Default: now." };
        var json = new Option<bool>("--json") { Description = "Print the answer as JSON, with the bits of each value." };
        var server = new FeatureServerOptions();
        var command = new Command("get", "Show an entity's features.") { view, entity, request, time, json };
        server.AddTo(command);
        command.SetAction((arguments, _) => Terminal.RunAsync(arguments.GetValue(json), async (terminal, signals) =>
        {
            var query = QueryOf(
                arguments.GetValue(view)!, arguments.GetValue(entity)!, arguments.GetValue(request) ?? [], arguments.GetValue(time));
            using var client = server.Open(arguments);
            var answer = await client.ReadAsync(query, signals.Stop);
            terminal.Result(JsonNode.Parse(answer.ToUtf8()), _ => Table(answer));
            return ExitCode.Done;
        }));
        return command;
    }

    /// <exception cref="CommandException">An argument has another form.</exception>
    internal static FeatureQuery QueryOf(string view, string[] entity, string[] request, string? time)
    {
        if (view.Split(':') is not [var name, var number]
            || !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var version))
            throw new CommandException(ExitCode.WrongInput, $"'{view}' is not a view and its version, such as card-activity:1");
        DateTimeOffset? at = null;
        if (time is not null)
        {
            at = IsoTime.TryParse(time, out var parsed)
                ? parsed
                : throw new CommandException(ExitCode.WrongInput, $"--time: '{time}' is not {IsoTime.Form}");
        }

        var keys = entity.Select(static pair => Split(pair, "an entity's key, such as card_id=42"))
            .ToDictionary(static pair => pair.Name, static pair => JsonSerializer.SerializeToElement(pair.Value));
        var values = request.Select(static pair => Split(pair, "a value of a request, such as amount=12.5"))
            .ToDictionary(
                static pair => pair.Name,
                static pair => double.TryParse(pair.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
                    ? value
                    : throw new CommandException(ExitCode.WrongInput, $"--request {pair.Name}: '{pair.Value}' is not a number"));
        return new FeatureQuery([new EntityRead(name, version, keys) { Request = values }]) { Time = at };
    }

    private static (string Name, string Value) Split(string pair, string form) => pair.IndexOf('=') is var at and > 0
        ? (pair[..at], pair[(at + 1)..])
        : throw new CommandException(ExitCode.WrongInput, $"'{pair}' is not {form}");

    private static Rows Table(FeatureAnswer answer)
    {
        var read = answer.Reads[0];
        var table = new Table().Border(TableBorder.Simple).AddColumn("feature").AddColumn("value").AddColumn("status");
        foreach (var feature in read.Features)
        {
            table.AddRow(
                feature.Name, feature.Value?.ToString("R", CultureInfo.InvariantCulture) ?? "none", feature.Status);
        }

        var state = !read.Filled ? "the view is not filled yet"
            : read.Sequence == 0 ? "no event"
            : string.Create(CultureInfo.InvariantCulture, $"up to event {read.Sequence}");
        return new Rows(new Text($"{read.View}:{read.Version} of {read.Entity} at {IsoTime.Write(answer.Time)}, {state}"), table);
    }
}
