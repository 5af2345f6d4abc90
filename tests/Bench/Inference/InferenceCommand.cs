using System.CommandLine;
using System.Globalization;
using ModelServing.Bench.Routing;

namespace ModelServing.Bench.Inference;

/// <summary><c>inference</c> and <c>log</c>: an inference service that does something beside answering, compared with one that does
/// not.</summary>
internal static class InferenceCommand
{
    internal static Command Create() => Create(
        "inference", "Measures what it costs an inference service to report its counts.", static (bench, cancellation) =>
            bench.ReportingAsync(cancellation));

    internal static Command CreateLog() => Create(
        "log",
        "Measures what it costs an inference service to log predictions.",
        static (bench, cancellation) => bench.LogAsync(cancellation));

    private static Command Create(
        string name,
        string description,
        Func<InferenceBench, CancellationToken, Task<(IReadOnlyList<Spread> Ratios, IReadOnlyList<ServerFigures> Servers)>> run)
    {
        var rounds = BenchOptions.Rounds("service", 10);
        var seconds = BenchOptions.Seconds("service", 4);
        var command = new Command(name, description) { rounds, seconds };
        BenchAction.Set(
            command,
            (arguments, cancellation) => run(new InferenceBench(arguments.GetValue(rounds), arguments.GetValue(seconds)), cancellation),
            static report => Print(report.Ratios, report.Servers));
        return command;
    }

    private static void Print(IReadOnlyList<Spread> ratios, IReadOnlyList<ServerFigures> servers)
    {
        foreach (var server in servers)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{server.Name,-9} {server.RequestsPerSecond.Median,9:N0} requests/s  p50 {server.P50Milliseconds.Median:0.00} ms  "
                + $"p99 {server.P99Milliseconds.Median:0.00} ms  CPU {server.ProcessorMicroseconds.Median:0.0} µs/request"));
        }

        foreach (var (server, ratio) in servers.Skip(1).Zip(ratios))
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"requests/s, {server.Name} / {servers[0].Name}: {ratio.Median:0.00} ({ratio.Lowest:0.00} to {ratio.Highest:0.00})"));
        }
    }
}
