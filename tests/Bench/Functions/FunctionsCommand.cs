using System.CommandLine;

namespace ModelServing.Bench.Functions;

/// <summary><c>functions</c>: the cost of the functions' program until it listens and until its first answer.</summary>
internal static class FunctionsCommand
{
    internal static Command Create()
    {
        var starts = BenchOptions.Count("--starts", "How many times each publication is started.", 10);
        var isShort = BenchOptions.Short("one publication, started once");
        var trimmed = Trimmed();
        var json = BenchOptions.Json();
        var command = new Command("functions", "Measures the start of the functions' program, until it listens and until its first answer.")
        {
            starts, isShort, trimmed, json,
        };
        BenchAction.Set(
            command,
            (arguments, cancellation) =>
            {
                var bench = arguments.GetValue(isShort)
                    ? new FunctionsBench(1, [Publishing.AsBuilt])
                    : new FunctionsBench(arguments.GetValue(starts), SelectPublishings(arguments.GetValue(trimmed)));
                return bench.RunAsync(cancellation);
            },
            static report => report.Print(Console.Out),
            json);
        return command;
    }

    internal static Option<bool> Trimmed() => new("--trimmed")
    {
        Description = "Also measure a self-contained, trimmed publication. The package source must have a runtime for it.",
    };

    internal static IReadOnlyList<Publishing> SelectPublishings(bool withTrimmed) =>
        withTrimmed ? [Publishing.AsBuilt, Publishing.ReadyToRun, Publishing.Trimmed] : [Publishing.AsBuilt, Publishing.ReadyToRun];
}
