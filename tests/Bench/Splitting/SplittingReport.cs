using System.Globalization;
using ModelServing.Bench.Functions;
using ModelServing.Bench.Routing;

namespace ModelServing.Bench.Splitting;

/// <summary>The figures of both ways, and of the function's starts.</summary>
/// <param name="Rounds">How many times each way was measured.</param>
/// <param name="Seconds">How long each time.</param>
/// <param name="Connections">How many requests were under way at a time, and how many containers there were.</param>
/// <param name="Ways">The figures of each way.</param>
/// <param name="ProcessorRatio">All processor time of a request by way of the function, divided by that of the router alone in the same
/// round.</param>
/// <param name="Starts">The starts of each publication.</param>
internal sealed record SplittingReport(
    int Rounds,
    int Seconds,
    int Connections,
    IReadOnlyList<WayReport> Ways,
    Spread ProcessorRatio,
    IReadOnlyList<PublishingReport> Starts)
{
    internal void Print(TextWriter output)
    {
        output.WriteLine("| way | requests/s | p50 ms | p99 ms | CPU µs: function | router | cache |");
        output.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach (var way in Ways)
        {
            Write(
                output,
                [
                    way.Name,
                    Text(way.RequestsPerSecond.Median, "N0"),
                    Text(way.P50Milliseconds.Median, "0.00"),
                    Text(way.P99Milliseconds.Median, "0.00"),
                    Text(way.Function.Median, "0"),
                    Text(way.Router.Median, "0"),
                    Text(way.Cache.Median, "0"),
                ]);
        }

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"CPU/request, function / router: {ProcessorRatio.Median:0.0} ({ProcessorRatio.Lowest:0.0} to {ProcessorRatio.Highest:0.0})"));
        output.WriteLine(
            $"{Rounds} rounds of {Seconds} s; {Connections} requests at a time, each by way of a container of its own; no request failed.");
        output.WriteLine();
        output.WriteLine("| cold start | s to first answer | slowest | CPU s to listen | CPU s to first answer | MB |");
        output.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: |");
        foreach (var publishing in Starts)
        {
            var starts = publishing.Starts;
            Write(
                output,
                [
                    publishing.Name,
                    Text(Median(static start => start.Seconds), "0.00"),
                    Text(starts.Max(static start => start.Seconds), "0.00"),
                    Text(Median(static start => start.Listening), "0.00"),
                    Text(Median(static start => start.Answered), "0.00"),
                    Text(Median(static start => start.Megabytes), "0"),
                ]);

            double Median(Func<FunctionStart, double> figure) => Spread.From(starts.Select(figure)).Median;
        }
    }

    private static void Write(TextWriter output, IEnumerable<string> cells) => output.WriteLine($"| {string.Join(" | ", cells)} |");

    private static string Text(double figure, string format) => figure.ToString(format, CultureInfo.InvariantCulture);
}
