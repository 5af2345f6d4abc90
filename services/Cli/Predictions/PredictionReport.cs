using System.Globalization;
using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ModelServing.Cli.Predictions;

/// <summary>A prediction in full, for people: each attempt with its assignment, inputs, answer and times, and the outcome.</summary>
internal static class PredictionReport
{
    private const int MostElements = 32;

    internal static IRenderable Render(RequestPredictions prediction) => new Rows(prediction.Attempts.Select(Attempt));

    private static Table Attempt(PredictionDocument attempt)
    {
        var table = new Table { ShowHeaders = false };
        table.AddColumn(new TableColumn("").NoWrap());
        table.AddColumn("");
        Add("request", attempt.RequestId);
        Add("attempt", PredictionText.Attempt(attempt));
        Add("time", PredictionText.Time(attempt.Time));
        Add("model", $"{attempt.Model} version {attempt.Version.ToString(CultureInfo.InvariantCulture)}");
        Add("variant", attempt.Variant);
        Add("trial", attempt.Trial?.ToString(CultureInfo.InvariantCulture));
        Add("revision", attempt.Revision);
        Add("experiment", attempt.Experiment);
        Add("routing key", attempt.RoutingKeyHash is { } hash ? $"{hash} (hash)" : null);
        Add("answer", PredictionText.Ending(attempt));
        foreach (var input in attempt.Inputs)
            AddTensor("input", input);
        foreach (var output in attempt.Outputs)
            AddTensor("output", output);
        if (attempt.LatencyMilliseconds is { } took)
        {
            Add("total", Milliseconds(took.Total));
            Add("  read", Milliseconds(took.Read));
            if (took.Features > 0)
                Add("  features", Milliseconds(took.Features));
            Add("  wait", Milliseconds(took.Wait));
            Add("  run", Milliseconds(took.Run));
            Add("  write", Milliseconds(took.Write));
        }

        foreach (var view in attempt.Features ?? [])
        {
            Add("features", $"{view.View} v{view.Version} {view.Digest}");
            Add("  status", string.Join(", ", view.Statuses.Take(MostElements)));
            Add("  sequence", string.Join(", ", view.Sequences.Take(MostElements)));
        }

        Add("outcome", PredictionText.Outcome(attempt.Outcome));
        if (attempt.Outcome?.ObservedAt is { } observed)
            Add("  observed", PredictionText.Time(observed));
        return table;

        void Add(string name, string? value)
        {
            if (value is not null)
                table.AddRow(new Text(name), new Text(VisibleText.From(value)));
        }

        void AddTensor(string name, PredictionTensor tensor) => Add(
            name, $"{tensor.Name} {tensor.Datatype}{PredictionText.Shape(tensor)} {PredictionText.Elements(tensor, MostElements)}");
    }

    private static string Milliseconds(double time) => $"{PredictionText.Milliseconds(time)} ms";
}
