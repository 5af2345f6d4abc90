using System.CommandLine;

namespace ModelServing.Bench.Features;

/// <summary><c>features</c>: what the feature engine and the export of training tables cost.</summary>
internal static class FeaturesCommand
{
    private static readonly int[] Cards = [50, 1_000];

    internal static Command Create()
    {
        var rounds = BenchOptions.Rounds("figure", 5);
        var exported = new Option<int[]>("--rows")
        {
            Description = "The rows of an exported table; may be there several times.",
            DefaultValueFactory = static _ => [100_000, 1_000_000],
        };
        var isShort = BenchOptions.Short("one round with few events, and a small table");
        var json = BenchOptions.Json();
        var command = new Command(
            "features", "Measures the feature engine, on one core, and the export of training tables: rows/s and memory.")
        {
            rounds, exported, isShort, json,
        };
        BenchAction.Set(
            command,
            async (arguments, cancellation) =>
            {
                var isQuick = arguments.GetValue(isShort);
                var (measured, events) = isQuick ? (1, 20) : (arguments.GetValue(rounds), 200);
                var engines = Cards.Select(cards => new EngineBench(cards, measured, events).Run(cancellation)).ToList();
                var exports = new List<ExportFigures>();
                foreach (var rows in isQuick ? [1_000] : arguments.GetValue(exported)!)
                    exports.Add(await ExportBench.RunAsync(rows, cancellation));
                return new FeaturesReport(engines, exports);
            },
            static report => report.Print(Console.Out),
            json);
        return command;
    }
}
