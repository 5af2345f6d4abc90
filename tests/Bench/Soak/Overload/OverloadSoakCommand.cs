using System.CommandLine;
using System.Globalization;
using Spectre.Console;

namespace ModelServing.Bench.Soak.Overload;

/// <summary><c>overload</c>: sends an inference service more requests than it can answer, and checks what becomes of each.</summary>
internal static class OverloadSoakCommand
{
    private const int Width = 200;

    internal static Command Create()
    {
        var seconds = BenchOptions.Count("--seconds", "How long there is too much load.", 600, max: 86_400);
        var times = BenchOptions.Count("--times", "How many times as much as can be sustained.", 2, max: 10);
        var isShort = BenchOptions.Short("some seconds, and no limit that a busy machine could break");
        var command = new Command("overload", "Sends an inference service more requests than it can answer.") { seconds, times, isShort };
        command.SetAction(async (arguments, cancellation) =>
        {
            try
            {
                var plan = arguments.GetValue(isShort)
                    ? OverloadPlan.Short
                    : OverloadPlan.Long(TimeSpan.FromSeconds(arguments.GetValue(seconds)), arguments.GetValue(times));
                var report = await new OverloadSoak(plan).RunAsync(cancellation);
                AnsiConsole.Profile.Width = Width;
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{report.Sustainable:N0} requests/s can be sustained; {plan.Times:0} times as many come."));
                report.Print();
                return report.IsGood ? ExitCode.Done : ExitCode.Failed;
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
}
