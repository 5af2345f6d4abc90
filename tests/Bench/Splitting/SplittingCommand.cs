using System.CommandLine;
using ModelServing.Bench.Functions;

namespace ModelServing.Bench.Splitting;

/// <summary><c>splitting</c>: the function TrafficSplitter, compared with the router alone.</summary>
internal static class SplittingCommand
{
    internal static Command Create()
    {
        var rounds = BenchOptions.Rounds("way", 5);
        var seconds = BenchOptions.Seconds("way", 4);
        var starts = BenchOptions.Count("--starts", "How many times each publication of the function is started.", 10);
        var isShort = BenchOptions.Short("one round of one second, and one start");
        var trimmed = FunctionsCommand.Trimmed();
        var json = BenchOptions.Json();
        var command = new Command(
            "splitting",
            "Measures requests by way of the function TrafficSplitter and requests to the router alone, in one run, and the function's "
            + "cold start.")
        {
            rounds, seconds, starts, isShort, trimmed, json,
        };
        BenchAction.Set(
            command,
            (arguments, cancellation) =>
            {
                var bench = arguments.GetValue(isShort)
                    ? new SplittingBench(1, 1, 1, [Publishing.AsBuilt])
                    : new SplittingBench(
                        arguments.GetValue(rounds),
                        arguments.GetValue(seconds),
                        arguments.GetValue(starts),
                        FunctionsCommand.SelectPublishings(arguments.GetValue(trimmed)));
                return bench.RunAsync(cancellation);
            },
            static report => report.Print(Console.Out),
            json);
        return command;
    }
}
