using System.Globalization;
using Spectre.Console;

namespace ModelServing.Bench.Functions;

/// <summary>One start.</summary>
/// <param name="Listening">Processor seconds until it listened.</param>
/// <param name="Answered">Processor seconds until its first answer, the start included.</param>
/// <param name="Megabytes">The memory that it had then.</param>
internal sealed record FunctionStart(double Listening, double Answered, double Megabytes);

/// <summary>What one way of publishing costs.</summary>
internal sealed record PublishingReport(string Name, IReadOnlyList<FunctionStart> Starts);

/// <summary>What was measured.</summary>
internal sealed record FunctionsReport(IReadOnlyList<PublishingReport> Publishings)
{
    // A function has a tenth of a processor for each 256 MB.
    private const double MegabytesOfAProcessor = 2560;

    private static readonly int[] Memories = [128, 256, 512, 1024];

    internal void Print(IAnsiConsole console)
    {
        var table = new Table().Border(TableBorder.Markdown).AddColumn("publishing").AddColumns([.. ((string[])
            ["CPU s to listen", "worst", "to first answer", "MB", .. Memories.Select(static memory => $"listens at {memory} MB")]).Select(static name => new TableColumn(name).RightAligned())]);
        foreach (var publishing in Publishings)
        {
            var listening = Median(publishing.Starts.Select(static start => start.Listening));
            table.AddRow(
            [
                publishing.Name,
                Text(listening),
                Text(publishing.Starts.Max(static start => start.Listening)),
                Text(Median(publishing.Starts.Select(static start => start.Answered))),
                Median(publishing.Starts.Select(static start => start.Megabytes)).ToString("0", CultureInfo.InvariantCulture),
                .. Memories.Select(memory => $"{(listening * MegabytesOfAProcessor / memory).ToString("0.0", CultureInfo.InvariantCulture)} s"),
            ]);
        }

        console.Write(table);
    }

    private static string Text(double seconds) => seconds.ToString("0.00", CultureInfo.InvariantCulture);

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }
}
