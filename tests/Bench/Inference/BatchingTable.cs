using System.Globalization;

namespace ModelServing.Bench.Inference;

/// <summary>Prints the figures as the tables of docs/bench.md.</summary>
internal static class BatchingTable
{
    internal static void Print(
        IReadOnlyList<BatchingReport> reports, IReadOnlyList<InProcessReport> inProcess, IReadOnlyList<CallReport> calls)
    {
        foreach (var report in reports)
        {
            Console.WriteLine($"{report.Model}, {report.Load}:");
            Console.WriteLine();
            Console.WriteLine(
                "| server | requests/s | CPU per request, µs | p50, ms | p99, ms | requests/s, ratio | CPU, ratio | p50, ratio |");
            Console.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
            for (var i = 0; i < report.Servers.Count; i++)
            {
                var server = report.Servers[i];
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {server.Name} | {server.RequestsPerSecond.Median:N0} | {server.ProcessorMicroseconds.Median:0.0} | "
                    + $"{server.P50Milliseconds.Median:0.000} | {server.P99Milliseconds.Median:0.00} | "
                    + $"{report.Requests[i].Median:0.00} ({report.Requests[i].Lowest:0.00} to {report.Requests[i].Highest:0.00}) | "
                    + $"{report.ProcessorTimes[i].Median:0.00} | {report.Latencies[i].Median:0.00} |"));
            }

            if (report.OfInProcess is { } share)
            {
                Console.WriteLine();
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"Rows/s with batches, of those of ONNX Runtime without a server: {share.Median:0.00} ({share.Lowest:0.00} to "
                    + $"{share.Highest:0.00})."));
            }

            Console.WriteLine();
        }

        Console.WriteLine("ONNX Runtime without a server, a thread for each processor:");
        Console.WriteLine();
        Console.WriteLine("| model | rows of a call | rows/s | CPU per row, µs |");
        Console.WriteLine("| --- | ---: | ---: | ---: |");
        foreach (var report in inProcess)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {report.Model} | {report.Rows} | {report.RowsPerSecond.Median:N0} | {report.ProcessorMicroseconds.Median:0.00} |"));
        }

        Console.WriteLine();
        Console.WriteLine("One row in each request, from 32 callers of .NET's client:");
        Console.WriteLine();
        Console.WriteLine("| model | way | CPU per request, µs | CPU, ratio |");
        Console.WriteLine("| --- | --- | ---: | ---: |");
        foreach (var report in calls)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {report.Model} | {report.Way} | {report.ProcessorMicroseconds.Median:0.0} | {report.Ratio.Median:0.00} "
                + $"({report.Ratio.Lowest:0.00} to {report.Ratio.Highest:0.00}) |"));
        }
    }
}
