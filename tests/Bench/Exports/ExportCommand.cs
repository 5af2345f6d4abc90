using System.CommandLine;
using System.Globalization;

namespace ModelServing.Bench.Exports;

/// <summary><c>export</c>: what an export of predictions needs, of some rows and of ten times as many. Its memory must not follow
/// them.</summary>
internal static class ExportCommand
{
    // What the memory for rows fills up with more rows, and what the runtime and the allocators keep by chance.
    private const int Chance = 64;

    internal static Command Create()
    {
        var given = new Option<int?>("--rows") { Description = "The rows of the first export. Default: two sizes of records in turn." };
        var floats = BenchOptions.Count("--floats", "With --rows: the numbers in a record's input.", 2_900, 100_000);
        var memory = BenchOptions.Count("--memory-mb", "With --rows: the memory for rows.", 512, 65_536);
        var isShort = BenchOptions.Short("few rows, and little memory for them");
        var json = BenchOptions.Json();
        var command = new Command(
            "export", "Measures the export of predictions, each time with some rows and with ten times as many.")
        {
            given, floats, memory, isShort, json,
        };
        BenchAction.Set(
            command,
            async (arguments, cancellation) =>
            {
                var figures = new List<ExportedRows>();
                var plans = arguments.GetValue(given) is { } first
                    ? ((int, int, int)[])[(first, arguments.GetValue(floats), arguments.GetValue(memory))]
                    : arguments.GetValue(isShort) ? [(12_000, 350, 64)] : [(120_000, 20, 512), (6_000, 2_900, 512)];
                foreach (var (rows, numbers, megabytes) in plans)
                {
                    var once = await PredictionExportBench.RunAsync(rows, numbers, megabytes, cancellation);
                    var tenTimes = await PredictionExportBench.RunAsync(10 * rows, numbers, megabytes, cancellation);
                    figures.AddRange([once, tenTimes]);
                    if (tenTimes.PeakMegabytes > once.PeakMegabytes + megabytes + Chance)
                    {
                        Print(figures, Console.Error);
                        throw new BenchException("the memory follows the rows");
                    }
                }

                return figures;
            },
            static figures => Print(figures, Console.Out),
            json);
        return command;
    }

    private static void Print(IReadOnlyList<ExportedRows> figures, TextWriter output)
    {
        output.WriteLine(
            "| rows | bytes of a record | `--memory-mb` | rows/s | memory, MB | temporary files and result, MB | file, MB |");
        output.WriteLine("| ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach (var one in figures)
        {
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {one.Rows:N0} | {one.RecordBytes:N0} | {one.Megabytes} | {one.RowsPerSecond:N0} | {one.PeakMegabytes:N0} | "
                    + $"{one.DiskMegabytes:N0} | {one.FileMegabytes:N0} |"));
        }
    }
}
