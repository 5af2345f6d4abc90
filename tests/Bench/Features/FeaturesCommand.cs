using System.CommandLine;

namespace ModelServing.Bench.Features;

/// <summary><c>features</c>: what the feature engine costs.</summary>
internal static class FeaturesCommand
{
    internal static Command Create()
    {
        var rounds = BenchOptions.Rounds("figure", 5);
        var isShort = BenchOptions.Short("one round with few events");
        var json = BenchOptions.Json();
        var command = new Command("features", "Measures the feature engine: events applied and features read on one core.")
        {
            rounds, isShort, json,
        };
        BenchAction.Set(
            command,
            (arguments, cancellation) =>
            {
                var bench = arguments.GetValue(isShort) ? new EngineBench(1, 20) : new EngineBench(arguments.GetValue(rounds), 200);
                return Task.FromResult(bench.Run(cancellation));
            },
            static report => report.Print(Console.Out),
            json);
        return command;
    }
}
