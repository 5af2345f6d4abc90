using System.CommandLine;
using System.Globalization;
using ModelServing.Rollout.Experiments;
using ModelServing.TestKit.ExperimentSimulation;
using Spectre.Console;

namespace ModelServing.Bench.Soak;

/// <summary><c>experiment</c>: measures how often an experiment's interval is ever wrong, and how soon it shows a difference.</summary>
internal static class ExperimentSoakCommand
{
    // The numbers in docs/experiments.md.
    private const int EqualExperiments = 10_000;
    private const int DifferentExperiments = 1000;

    // Up to the least number of units of either outcome that a ranking needs, and some above it.
    private static readonly long[] Minima = [10, 20, 30, 50, 75, RankedUnits.Least, 150];

    internal static Command Create()
    {
        var equal = BenchOptions.Count(
            "--equal", "The number of experiments of each kind whose arms do not differ.", EqualExperiments, 1_000_000);
        var different = BenchOptions.Count(
            "--different", "The number of experiments of each kind with a true difference.", DifferentExperiments, 1_000_000);
        var rankings = BenchOptions.Count(
            "--rankings", "The number of experiments of each kind whose arms rank equally well.", DifferentExperiments, 1_000_000);
        var seed = new Option<int>("--seed") { Description = "Equal seeds give equal experiments.", DefaultValueFactory = static _ => 1 };
        var command = new Command("experiment", "Simulates experiments, and checks that their intervals keep their promise.")
        {
            equal, different, rankings, seed,
        };
        command.SetAction((arguments, cancellation) => RunAsync(
            arguments.GetValue(equal),
            arguments.GetValue(different),
            arguments.GetValue(rankings),
            arguments.GetValue(seed),
            cancellation));
        return command;
    }

    private static async Task<int> RunAsync(int equal, int different, int rankings, int seed, CancellationToken cancellation)
    {
        var table = new Table().AddColumns("scenario", "of", "ever wrong", "right at the end", "found", "units until then");
        table.Border = TableBorder.Markdown;
        var isGood = true;
        try
        {
            foreach (var scenario in ExperimentScenarios.Equal.Concat(ExperimentScenarios.Different))
            {
                var count = scenario.Difference == 0 ? equal : different;
                // Not on the caller's thread, which must handle Ctrl-C.
                var result = await Task.Run(() => scenario.Simulate(count, seed, cancellation), cancellation);
                isGood &= result.IsGood;
                table.AddRow(
                    scenario.Name,
                    Text(count),
                    Text(result.Wrong) + (result.IsGood ? "" : " BROKEN"),
                    Text(result.Covered),
                    Text(result.Found),
                    result.UnitsUntilFound?.ToString("N0", CultureInfo.InvariantCulture) ?? "");
                await Console.Error.WriteLineAsync($"{scenario.Name}: {result.Wrong} of {count} were ever wrong");
            }

            AnsiConsole.Write(table);
            Console.WriteLine(
                "ever wrong: the interval left out the true difference at any look, " +
                $"in at most {ExperimentScenario.Alpha * 100:0}% of them");
            isGood &= await RankAsync(rankings, seed, cancellation);
            isGood &= await CheckSharesAsync(new SampleRatioScenario("shares as planned", 0), different, seed, atMost: different / 1000);
            isGood &= await CheckSharesAsync(
                new SampleRatioScenario("an arm loses 5% of its records", 0.05), different, seed, least: different);
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("Stopped.");
            return ExitCode.Failed;
        }

        return isGood ? ExitCode.Done : ExitCode.Failed;
    }

    private static async Task<bool> RankAsync(int experiments, int seed, CancellationToken cancellation)
    {
        var isGood = true;
        // Not a Table, which would break its rows at the width of the terminal.
        Row(["ranking", "by", "alpha", .. Minima.Select(static least => $"from {least}")]);
        Row(Enumerable.Repeat("---", 3 + Minima.Length));
        foreach (var scenario in RankingScenario.All)
        {
            var results = await Task.Run(() => scenario.Simulate(experiments, seed, cancellation), cancellation);
            foreach (var result in results)
            {
                isGood &= result.WrongFrom(RankedUnits.Least) <= result.WrongAtMost;
                Row([
                    scenario.Name,
                    result.Metric,
                    result.Alpha.ToString(CultureInfo.InvariantCulture),
                    .. Minima.Select(least => Text(result.WrongFrom(least)) + (result.WrongFrom(least) > result.WrongAtMost ? " !" : "")),
                ]);
            }

            await Console.Error.WriteLineAsync($"{scenario.Name}: {experiments} experiments of {scenario.Units} units");
        }

        Console.WriteLine(
            $"of {experiments} experiments whose arms rank equally well, so many ever showed a difference, if an interval needs so many " +
            $"units of either outcome in each arm; ! is more than alpha, which from {RankedUnits.Least} on must not be" +
            (isGood ? "" : ": BROKEN"));
        return isGood;

        static void Row(IEnumerable<string> cells) => Console.WriteLine($"| {string.Join(" | ", cells)} |");
    }

    private static async Task<bool> CheckSharesAsync(
        SampleRatioScenario scenario, int experiments, int seed, int least = 0, int atMost = int.MaxValue)
    {
        var found = await Task.Run(() => scenario.Simulate(experiments, seed));
        var isGood = found >= least && found <= atMost;
        Console.WriteLine(
            $"{scenario.Name}: the shares are found wrong in {found} of {experiments} experiments{(isGood ? "" : ": BROKEN")}");
        return isGood;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
