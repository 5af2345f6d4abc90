using System.CommandLine;
using System.Globalization;

namespace ModelServing.Bench.Inference;

/// <summary><c>inference</c>: an inference service that reports what it counts beside one that does not.</summary>
internal static class InferenceCommand
{
    internal static Command Create()
    {
        var rounds = new Option<int>("--rounds") { Description = "How often each is measured, in turn.", DefaultValueFactory = static _ => 10 };
        var seconds = new Option<int>("--seconds") { Description = "How long each time.", DefaultValueFactory = static _ => 4 };
        var command = new Command("inference", "What it costs an inference service to report what it counts.") { rounds, seconds };
        command.SetAction(async (arguments, cancellation) =>
        {
            try
            {
                var (ratio, servers) = await new InferenceBench(arguments.GetValue(rounds), arguments.GetValue(seconds)).RunAsync(cancellation);
                foreach (var server in servers)
                    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{server.Name,-9} {server.RequestsPerSecond.Median,9:N0} requests/s  p50 {server.P50Milliseconds.Median:0.00} ms  p99 {server.P99Milliseconds.Median:0.00} ms  {server.ProcessorMicroseconds.Median:0.0} µs of processor time a request"));
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"reporting / silent: {ratio.Median:0.00} ({ratio.Lowest:0.00} to {ratio.Highest:0.00})"));
                return ExitCode.Done;
            }
            catch (BenchException e)
            {
                await Console.Error.WriteLineAsync(e.Message);
                return e.ExitCode;
            }
            catch (OperationCanceledException)
            {
                await Console.Error.WriteLineAsync("Stopped; nothing was measured.");
                return ExitCode.Failed;
            }
        });
        return command;
    }
}
