using System.CommandLine;
using Spectre.Console;

namespace ModelServing.Bench.Routing;

/// <summary><c>router</c>: the router, compared with other proxies in front of the same backends.</summary>
internal static class RouterCommand
{
    internal static Command Create()
    {
        var rounds = BenchOptions.Rounds("proxy", 5);
        var seconds = BenchOptions.Seconds("proxy", 5);
        var isShort = BenchOptions.Short("one round of one second");
        var own = new Option<bool>("--own")
        {
            Description = "Measure only the router, its parts and the libraries, without nginx and haproxy.",
        };
        var other = new Option<string?>("--other")
        {
            Description = "The program ModelServing.Router of another build, to compare the two in one run.",
        };
        var json = BenchOptions.Json();
        var command = new Command(
            "router",
            "Measures the router, nginx split_clients, YARP, SocketsHttpHandler (and haproxy, if installed) in front of "
            + "the same backends, in one run.")
        {
            rounds, seconds, isShort, own, other, json,
        };
        BenchAction.Set(
            command,
            (arguments, cancellation) =>
            {
                var onlyOwn = arguments.GetValue(own);
                var bench = arguments.GetValue(isShort)
                    ? new RouterBench(1, 1, onlyOwn, arguments.GetValue(other))
                    : new RouterBench(arguments.GetValue(rounds), arguments.GetValue(seconds), onlyOwn, arguments.GetValue(other));
                return bench.RunAsync(cancellation);
            },
            static report => report.Print(AnsiConsole.Console),
            json);
        return command;
    }
}
