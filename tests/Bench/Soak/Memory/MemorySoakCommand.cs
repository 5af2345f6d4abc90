using System.CommandLine;
using System.Globalization;
using Spectre.Console;

namespace ModelServing.Bench.Soak.Memory;

/// <summary><c>memory</c>: runs every known attack on memory against pods of the sizes that infra/ renders.</summary>
internal static class MemorySoakCommand
{
    // For the whole of the attacks. Each is over when it has ended once.
    private const int ShortSeconds = 1;
    private const int CostsOfEach = 3;

    // A terminal's would break the tables' cells.
    private const int Width = 240;

    // inference.memory and router.memory by default, and in Pulumi.dev.yaml.
    private static readonly int[] Mebibytes = [1024, 512];

    internal static Command Create()
    {
        var seconds = BenchOptions.Count("--seconds", "How long the attacks last in total.", 600, max: 86_400);
        var isShort = BenchOptions.Short("one attack of each kind, and one request to measure each cost");
        var sizes = new Option<int[]>("--memory")
        {
            Description = "The memory limit of a pod in MiB; several divide the time among them.",
            DefaultValueFactory = static _ => Mebibytes,
            AllowMultipleArgumentsPerToken = true,
        };
        var seed = BenchOptions.Count("--seed", "Decides the order of the random attacks.", 1, max: int.MaxValue);
        var command = new Command("memory", "Attacks the memory of a router and of versions in memory cgroups, alongside good requests.")
        {
            seconds, isShort, sizes, seed,
        };
        command.SetAction(async (arguments, cancellation) =>
        {
            try
            {
                var (time, costs) = arguments.GetValue(isShort) ? (ShortSeconds, 1) : (arguments.GetValue(seconds), CostsOfEach);
                return await RunAsync(
                    arguments.GetValue(sizes)!, TimeSpan.FromSeconds(time), costs, arguments.GetValue(seed), cancellation);
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

    private static async Task<int> RunAsync(
        int[] sizes, TimeSpan time, int costs, int seed, CancellationToken cancellation)
    {
        const long Mebibyte = 1024 * 1024;
        using (var probe = MemoryCgroup.TryCreate("probe", Mebibyte * 64, out var why))
        {
            Console.WriteLine(probe is not null
                ? "Each pod is in a memory cgroup, which kills it at its limit."
                : $"This machine lets this process create no memory cgroup ({why}). Instead, the runtime's heap is limited as in a " +
                    "container, and a pod whose own pages exceed the limit counts as killed.");
        }

        AnsiConsole.Profile.Width = Width;
        var isGood = true;
        foreach (var size in sizes)
        {
            var report = await new MemorySoak(size * Mebibyte, time / sizes.Length, costs, seed).RunAsync(cancellation);
            Print(report);
            isGood &= report.IsGood;
        }

        return isGood ? ExitCode.Done : ExitCode.Failed;
    }

    private static void Print(MemoryReport report)
    {
        Console.WriteLine();
        Console.WriteLine($"Pods of {report.Limit >> 20} MiB");
        Console.WriteLine();
        var costs = new Table { Border = TableBorder.Markdown }.AddColumns("request", "peak bytes of memory per byte");
        foreach (var (kind, perByte) in report.Costs)
            costs.AddRow(Markup.Escape(kind), perByte.ToString("0.0", CultureInfo.InvariantCulture));
        AnsiConsole.Write(costs);
        Console.WriteLine();
        string[] pods = [.. report.Before.Keys];
        var table = new Table { Border = TableBorder.Markdown }.AddColumns(
            ["attack", .. pods.Select(static pod => $"{pod}, MiB"), "good: answered", "p99 ms", "refused", "failed"]);
        table.AddRow(["before", .. pods.Select(pod => Size(report.Before[pod])), "", "", "", ""]);
        foreach (var phase in report.Phases)
        {
            table.AddRow(
            [
                Markup.Escape(phase.Name),
                .. pods.Select(pod => Size(phase.Peaks[pod])),
                Number(phase.Good.Answered),
                phase.Good.Quantile(0.99).TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture),
                Number(phase.Good.Busy),
                Number(phase.Good.Failed),
            ]);
        }

        table.AddRow(["5 s after", .. pods.Select(pod => Size(report.After[pod])), "", "", "", ""]);
        AnsiConsole.Write(table);
        foreach (var fault in report.AllFaults)
            Console.WriteLine($"FAULT: {fault}");
        Console.WriteLine(report.IsGood
            ? "Nothing was killed, and every good request was answered in time or refused with Retry-After."
            : "BROKEN");
    }

    private static string Size(long bytes) => Number((int)(bytes >> 20));

    private static string Number(int number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
