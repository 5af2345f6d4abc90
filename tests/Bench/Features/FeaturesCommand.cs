using System.CommandLine;

namespace ModelServing.Bench.Features;

/// <summary><c>features</c>: what reading, ingesting, computing and exporting features costs.</summary>
internal static class FeaturesCommand
{
    private static readonly int[] Cards = [50, 1_000];

    internal static Command Create()
    {
        var rounds = BenchOptions.Rounds("figure of the engine", 5);
        var reads = BenchOptions.Count(
            "--reads", "How many reads of one entity to measure; of 100 entities, a tenth of it.", 5000, 1_000_000);
        var exported = new Option<int[]>("--rows")
        {
            Description = "The rows of an exported table; may be repeated.",
            DefaultValueFactory = static _ => [100_000, 1_000_000],
        };
        var onlyExport = new Option<bool>("--only-export") { Description = "Measure nothing but the export." };
        var isShort = BenchOptions.Short("few reads and few events");
        var json = BenchOptions.Json();
        var command = new Command(
            "features",
            "Measures the feature store: reads on redis-server, beside raw GETs; events through the feature server; the " +
                "engine; the export of training tables.")
        {
            rounds, reads, exported, onlyExport, isShort, json,
        };
        BenchAction.Set(
            command,
            async (arguments, cancellation) =>
            {
                var small = arguments.GetValue(isShort);
                var report = arguments.GetValue(onlyExport)
                    ? new FeaturesReport(null, [], [], [])
                    : await MeasureAsync(small, arguments.GetValue(reads), arguments.GetValue(rounds), cancellation);
                var exports = new List<ExportFigures>();
                foreach (var rows in small ? [1_000] : arguments.GetValue(exported)!)
                    exports.Add(await ExportBench.RunAsync(rows, cancellation));
                return report with { Exports = exports };
            },
            static report => report.Print(Console.Out),
            json);
        return command;
    }

    // All but the export.
    private static async Task<FeaturesReport> MeasureAsync(bool isShort, int reads, int rounds, CancellationToken cancellation)
    {
        // Its package needs the one of redis-benchmark.
        InstalledProgram.Require(InstalledProgram.Find("redis-server"));
        var store = await new StoreBench(isShort ? 50 : reads).RunAsync(cancellation);
        var ingest = await new IngestBench(isShort ? 2_000 : 200_000).RunAsync(cancellation);
        var (measured, events) = isShort ? (1, 20) : (rounds, 200);
        var engine = Cards.Select(cards => new EngineBench(cards, measured, events).Run(cancellation)).ToList();
        return new FeaturesReport(store, ingest, engine, []);
    }
}
