using System.CommandLine;
using Spectre.Console;

namespace ModelServing.Bench.Scale;

/// <summary><c>scale</c>: what a router costs with more and more models, and a journal with more and more events.</summary>
internal static class ScaleCommand
{
    private static readonly int[] Models = [1, 10, 100, 1000, 5000];
    private static readonly int[] Events = [100, 10_000, 100_000];

    internal static Command Create()
    {
        var changes = BenchOptions.Count("--changes", "How many weights are changed in each of three rounds.", 50);
        var isShort = BenchOptions.Short("two small numbers of models, and a few changes");
        var json = BenchOptions.Json();
        var command = new Command(
            "scale", "Measures a router with 1 to 5,000 models, each with a canary, and a journal of up to 100,000 events.")
        {
            changes, isShort, json,
        };
        BenchAction.Set(
            command,
            (arguments, cancellation) => arguments.GetValue(isShort)
                ? new ScaleBench(2).RunAsync([1, 10], [100, 1000], TimeSpan.FromMilliseconds(200), cancellation)
                : new ScaleBench(arguments.GetValue(changes)).RunAsync(Models, Events, TimeSpan.FromSeconds(10), cancellation),
            static report => report.Print(AnsiConsole.Console),
            json);
        return command;
    }
}
