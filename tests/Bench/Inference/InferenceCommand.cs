using System.CommandLine;
using System.Globalization;
using ModelServing.Bench.Routing;

namespace ModelServing.Bench.Inference;

/// <summary><c>inference</c>: an inference service that reports its counts, compared with one that does not.</summary>
internal static class InferenceCommand
{
    internal static Command Create()
    {
        var rounds = BenchOptions.Rounds("service", 10);
        var seconds = BenchOptions.Seconds("service", 4);
        var command = new Command("inference", "Measures what it costs an inference service to report its counts.") { rounds, seconds };
        BenchAction.Set(
            command,
            (arguments, cancellation) => new InferenceBench(arguments.GetValue(rounds), arguments.GetValue(seconds)).RunAsync(cancellation),
            static report => Print(report.Ratio, report.Servers));
        return command;
    }

    private static void Print(Spread ratio, IReadOnlyList<ServerFigures> servers)
    {
        foreach (var server in servers)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{server.Name,-9} {server.RequestsPerSecond.Median,9:N0} requests/s  p50 {server.P50Milliseconds.Median:0.00} ms  "
                + $"p99 {server.P99Milliseconds.Median:0.00} ms  CPU {server.ProcessorMicroseconds.Median:0.0} µs/request"));
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"requests/s, reporting / silent: {ratio.Median:0.00} ({ratio.Lowest:0.00} to {ratio.Highest:0.00})"));
    }
}
