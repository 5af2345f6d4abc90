using System.CommandLine;
using System.Globalization;
using ModelServing.Bench.Routing;

namespace ModelServing.Bench.Inference;

/// <summary><c>inference</c>: an inference service that runs requests together. <c>reporting</c> and <c>log</c>: one that does something
/// beside answering, compared with one that does not.</summary>
internal static class InferenceCommand
{
    internal static Command Create()
    {
        var rounds = BenchOptions.Rounds("server", 10);
        var seconds = BenchOptions.Seconds("server", 2);
        var other = new Option<string?>("--other")
        {
            Description = "The program ModelServing.Inference of another build, to measure it beside this one.",
        };
        var command = new Command("inference", "Measures what an inference service gains by running requests together.")
        {
            rounds, seconds, other,
        };
        BenchAction.Set(
            command,
            (arguments, cancellation) => new BatchingBench(
                arguments.GetValue(rounds), arguments.GetValue(seconds), arguments.GetValue(other)).RunAsync(cancellation),
            static report => BatchingTable.Print(report.Servers, report.InProcess, report.Calls));
        return command;
    }

    internal static Command CreateReporting() => Create(
        "reporting",
        "Measures what it costs an inference service to report its counts.",
        static (bench, _, cancellation) => bench.ReportingAsync(cancellation));

    internal static Command CreateLog() => Create(
        "log",
        "Measures what it costs an inference service to log predictions.",
        static (bench, _, cancellation) => bench.LogAsync(cancellation));

    private static Command Create(
        string name,
        string description,
        Func<InferenceBench, ParseResult, CancellationToken, Task<InferenceReport>> run)
    {
        var rounds = BenchOptions.Rounds("service", 10);
        var seconds = BenchOptions.Seconds("service", 4);
        var command = new Command(name, description) { rounds, seconds };
        BenchAction.Set(
            command,
            (arguments, cancellation) =>
                run(new InferenceBench(arguments.GetValue(rounds), arguments.GetValue(seconds)), arguments, cancellation),
            Print);
        return command;
    }

    private static void Print(InferenceReport report)
    {
        foreach (var server in report.Servers)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{server.Name,-9} {server.RequestsPerSecond.Median,9:N0} requests/s  p50 {server.P50Milliseconds.Median:0.00} ms  "
                + $"p99 {server.P99Milliseconds.Median:0.00} ms  CPU {server.ProcessorMicroseconds.Median:0.0} µs/request"));
        }

        var first = report.Servers[0].Name;
        foreach (var ((server, requests), time) in report.Servers.Skip(1).Zip(report.Ratios).Zip(report.ProcessorRatios))
        {
            Print($"requests/s, {server.Name} / {first}", requests);
            Print($"CPU/request, {server.Name} / {first}", time);
        }
    }

    private static void Print(string what, Spread ratio) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"{what}: {ratio.Median:0.00} ({ratio.Lowest:0.00} to {ratio.Highest:0.00})"));
}
