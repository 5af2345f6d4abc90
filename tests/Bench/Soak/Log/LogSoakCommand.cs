using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using ModelServing.TestKit;

namespace ModelServing.Bench.Soak.Log;

/// <summary><c>log</c>: kills what writes, ships and stores predictions, and checks that each answered one is in the store exactly once.
/// With <c>--faults</c>, the store throttles and is stopped instead.</summary>
internal static class LogSoakCommand
{
    internal static Command Create()
    {
        var runs = BenchOptions.Count("--runs", "How many times something is killed.", 1000, 100_000);
        var faults = new Option<bool>("--faults") { Description = "Let the store throttle, and stop it, instead of killing." };
        var throttled = BenchOptions.Count("--throttled", "With --faults: how many seconds the store throttles.", 600, 86_400);
        var away = BenchOptions.Count("--away", "With --faults: how many seconds there is no store.", 120, 86_400);
        var rate = BenchOptions.Count("--rate", "With --faults: how many predictions per second.", 1000, 100_000);
        var command = new Command("log", "Kills and faults while predictions are logged; each must be in the store exactly once.")
        {
            runs, faults, throttled, away, rate,
        };
        command.SetAction(async (arguments, cancellation) =>
        {
            try
            {
                using var folder = new TemporaryFolder();
                await using var setup = await LogSoak.StartAsync(folder, cancellation);
                if (arguments.GetValue(faults))
                    await setup.FaultsAsync(
                        arguments.GetValue(throttled),
                        arguments.GetValue(away),
                        arguments.GetValue(rate),
                        cancellation);
                else
                    await setup.KillsAsync(arguments.GetValue(runs), cancellation);
                return ExitCode.Done;
            }
            catch (BenchException e)
            {
                await Console.Error.WriteLineAsync(e.Message);
                return e.ExitCode;
            }
            catch (OperationCanceledException)
            {
                await Console.Error.WriteLineAsync("Stopped.");
                return ExitCode.Failed;
            }
        });
        return command;
    }

    internal static string Seconds(long since) => Stopwatch.GetElapsedTime(since).TotalSeconds.ToString("0", CultureInfo.InvariantCulture);
}
