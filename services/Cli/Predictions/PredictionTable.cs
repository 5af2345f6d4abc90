using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ModelServing.Cli.Predictions;

/// <summary>A list of predictions, within 80 columns: on the left who answered and how, on the right what.</summary>
internal static class PredictionTable
{
    private const int MostElements = 8;

    internal static IRenderable Render(IReadOnlyList<PredictionDocument> predictions)
    {
        if (predictions.Count == 0)
            return new Text("There are no predictions of this time in the log. A record may still be on its way.\n");
        var table = new Table { ShowRowSeparators = true };
        table.AddColumn(new TableColumn("prediction").NoWrap());
        table.AddColumn("inputs, answer and milliseconds");
        foreach (var prediction in predictions)
            table.AddRow(new Text(Left(prediction)), new Text(Right(prediction)));
        return table;
    }

    private static string Left(PredictionDocument prediction)
    {
        var lines = new List<string>
        {
            prediction.RequestId,
            PredictionText.Time(prediction.Time),
            PredictionText.Assignment(prediction),
        };
        if (prediction.Revision is { } revision)
            lines.Add($"revision {VisibleText.From(revision)}");
        if (prediction.Attempt > 1)
            lines.Add($"attempt {PredictionText.Attempt(prediction)}");
        lines.Add(PredictionText.Ending(prediction));
        if (prediction.Outcome is not null)
            lines.Add($"outcome {PredictionText.Outcome(prediction.Outcome)}");
        return string.Join('\n', lines);
    }

    private static string Right(PredictionDocument prediction)
    {
        var lines = new List<string>();
        Add(lines, prediction.Inputs);
        if (prediction.Outputs.Count > 0)
            lines.Add("->");
        Add(lines, prediction.Outputs);
        if (prediction.LatencyMilliseconds is { } took)
        {
            lines.Add(
                $"{PredictionText.Milliseconds(took.Total)} ms: read {PredictionText.Milliseconds(took.Read)}, "
                + (took.Features > 0 ? $"features {PredictionText.Milliseconds(took.Features)}, " : "")
                + $"wait {PredictionText.Milliseconds(took.Wait)}, run {PredictionText.Milliseconds(took.Run)}, "
                + $"write {PredictionText.Milliseconds(took.Write)}");
        }

        return string.Join('\n', lines);
    }

    private static void Add(List<string> lines, IReadOnlyList<PredictionTensor> tensors)
    {
        foreach (var tensor in tensors)
            lines.Add($"{VisibleText.From(tensor.Name)} {PredictionText.Elements(tensor, MostElements)}");
    }
}
