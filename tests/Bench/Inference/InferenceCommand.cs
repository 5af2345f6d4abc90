using System.CommandLine;
using System.Globalization;
using ModelServing.Bench.Routing;

namespace ModelServing.Bench.Inference;

/// <summary><c>inference</c> and <c>log</c>: an inference service that does something beside answering, compared with one that does
/// not.</summary>
internal static class InferenceCommand
{
    internal static Command Create()
    {
        var other = new Option<string?>("--other")
        {
            Description = "The program ModelServing.Inference of another build, to compare the two in one run instead.",
        };
        return Create(
            "inference",
            "Measures what it costs an inference service to report its counts.",
            (bench, arguments, cancellation) => arguments.GetValue(other) is { } program
                ? bench.BuildsAsync(program, cancellation)
                : bench.ReportingAsync(cancellation),
            other);
    }

    internal static Command CreateLog() => Create(
        "log",
        "Measures what it costs an inference service to log predictions.",
        static (bench, _, cancellation) => bench.LogAsync(cancellation));

    private static Command Create(
        string name,
        string description,
        Func<InferenceBench, ParseResult, CancellationToken, Task<InferenceReport>> run,
        params Option[] options)
    {
        var rounds = BenchOptions.Rounds("service", 10);
        var seconds = BenchOptions.Seconds("service", 4);
        var command = new Command(name, description) { rounds, seconds };
        foreach (var option in options)
            command.Add(option);
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
