using System.CommandLine;
using Spectre.Console;

namespace ModelServing.Bench.Scale;

/// <summary><c>scale</c>: what a router costs with more and more models, a journal with more and more events, and
/// a pool with more and more models.</summary>
internal static class ScaleCommand
{
    private static readonly int[] Models = [1, 10, 100, 1000, 5000];
    private static readonly int[] Events = [100, 10_000, 100_000];
    private static readonly int[] Pooled = [10, 200];
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(10);

    internal static Command Create()
    {
        var changes = BenchOptions.Count("--changes", "How many weights are changed in each of three rounds.", 50);
        var pooled = new Option<int?>("--pooled")
        {
            Description = "Measures only the platform on this machine (ms up) with this many models in one pool.",
        };
        var weights = new Option<bool>("--weights") { Description = "Measures only what a changed weight costs, in this process." };
        var isShort = BenchOptions.Short("two small numbers of models, and a few changes");
        var json = BenchOptions.Json();
        var command = new Command(
            "scale",
            "Measures a router with 1 to 5,000 models, each with a canary, a journal of up to 100,000 events, and a pool of 200 models.")
        {
            changes, pooled, weights, isShort, json,
        };
        BenchAction.Set(
            command,
            (arguments, cancellation) => arguments.GetValue(isShort)
                ? new ScaleBench(2).RunAsync([1, 10], [100, 1000], [4], TimeSpan.FromMilliseconds(200), cancellation)
                : arguments.GetValue(pooled) is { } only
                ? new ScaleBench(0).RunAsync([], [], [only], Idle, cancellation)
                : arguments.GetValue(weights)
                ? ScaleBench.ChangesAsync(Models, arguments.GetValue(changes), cancellation)
                : new ScaleBench(arguments.GetValue(changes)).RunAsync(Models, Events, Pooled, Idle, cancellation),
            static report => report.Print(AnsiConsole.Console),
            json);
        return command;
    }
}
