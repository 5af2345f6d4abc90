using System.Globalization;

namespace ModelServing.Bench.Functions;

/// <summary>The figures of all ways of publishing.</summary>
internal sealed record FunctionsReport(IReadOnlyList<PublishingReport> Publishings)
{
    // A function gets a tenth of a processor for each 256 MB.
    private const double MegabytesPerProcessor = 2560;

    private static readonly int[] Memories = [128, 256, 512, 1024];

    internal void Print(TextWriter output)
    {
        string[] columns =
        [
            "publishing", "CPU s to listen", "highest", "to first answer", "MB",
            .. Memories.Select(static memory => $"start at {memory} MB"),
        ];
        Write(output, columns);
        Write(output, ["---", .. columns.Skip(1).Select(static _ => "---:")]);
        foreach (var publishing in Publishings)
        {
            var listening = Median(publishing.Starts.Select(static start => start.Listening));
            Write(output,
            [
                publishing.Name,
                Text(listening),
                Text(publishing.Starts.Max(static start => start.Listening)),
                Text(Median(publishing.Starts.Select(static start => start.Answered))),
                Median(publishing.Starts.Select(static start => start.Megabytes)).ToString("0", CultureInfo.InvariantCulture),
                .. Memories.Select(
                    memory => $"{(listening * MegabytesPerProcessor / memory).ToString("0.0", CultureInfo.InvariantCulture)} s"),
            ]);
        }
    }

    private static void Write(TextWriter output, IEnumerable<string> cells) => output.WriteLine($"| {string.Join(" | ", cells)} |");

    private static string Text(double seconds) => seconds.ToString("0.00", CultureInfo.InvariantCulture);

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }
}
