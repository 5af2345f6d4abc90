using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using ModelServing.TestKit.GuardSimulation;
using Spectre.Console;

namespace ModelServing.Bench.Soak;

/// <summary><c>guard</c>: measures how often the guard condemns a good version, and how soon a faulty one.</summary>
internal static class GuardSoakCommand
{
    // The number of rollouts in docs/bench.md.
    private const int Rollouts = 10_000;

    internal static Command Create()
    {
        var rollouts = new Option<int>("--rollouts")
        {
            Description = "The number of rollouts of each scenario.",
            DefaultValueFactory = static _ => Rollouts,
        };
        rollouts.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<int>() is < 1
            or > 10_000_000) result.AddError("--rollouts must be from 1 to 10000000");
        });
        var seed = new Option<int>("--seed") { Description = "Equal seeds give equal rollouts.", DefaultValueFactory = static _ => 1 };
        var only = new Option<string?>("--scenario") { Description = "Only the scenarios whose name contains this text." };
        var command = new Command(
            "guard",
            "Simulates rollouts of good and of faulty versions, and checks that the guard keeps its promises.") { rollouts, seed, only };
        command.SetAction(async (arguments, cancellation) =>
        {
            try
            {
                var scenarios = GuardScenarios.All()
                    .Where(scenario => scenario.Name.Contains(arguments.GetValue(only) ?? "", StringComparison.OrdinalIgnoreCase))
                    .ToList();
                if (scenarios.Count == 0)
                    throw new BenchException($"no scenario's name contains '{arguments.GetValue(only)}'", ExitCode.WrongInput);
                return await RunAsync(scenarios, arguments.GetValue(rollouts), arguments.GetValue(seed), cancellation);
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

    private static async Task<int> RunAsync(List<GuardScenario> scenarios, int rollouts, int seed, CancellationToken cancellation)
    {
        var results = new List<GuardScenarioResult>(scenarios.Count);
        foreach (var scenario in scenarios)
        {
            var watch = Stopwatch.StartNew();
            // Not on the caller's thread, which must handle Ctrl-C.
            var result = await Task.Run(() => scenario.Simulate(rollouts, seed, cancellation), cancellation);
            results.Add(result);
            await Console.Error.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"{scenario.Name}: {result.Condemned} of {rollouts} condemned ({watch.Elapsed.TotalSeconds:N0} s)"));
        }

        Print(results);
        return results.TrueForAll(static result => result.IsGood) ? ExitCode.Done : ExitCode.Failed;
    }

    private static void Print(List<GuardScenarioResult> results)
    {
        var good = new Table { Title = new TableTitle("Versions that are good enough") }.AddColumns(
            "scenario",
            "falseAlarm",
            "rollouts",
            "condemned",
            "at most",
            "");
        var faulty = new Table { Title = new TableTitle("Faulty versions") }.AddColumns(
            "scenario",
            "rollouts",
            "condemned",
            "failures until then (mean)",
            "at most",
            "minutes until then (mean)",
            "at most",
            "");
        foreach (var result in results)
        {
            var verdict = result.IsGood ? "ok" : "BROKEN";
            if (result.Scenario.FailuresAtMost is { } most)
                faulty.AddRow(
                    result.Scenario.Name,
                    Text(result.Rollouts),
                    Text(result.Condemned),
                    result.Failures.ToString("N2", CultureInfo.InvariantCulture),
                    Text(most),
                    result.Minutes.ToString("N2", CultureInfo.InvariantCulture),
                    result.Scenario.MinutesAtMost is { } minutes ? Text(minutes) : "",
                    verdict);
            else
                good.AddRow(
                    result.Scenario.Name,
                    Text(result.Scenario.Policy.FalseAlarm),
                    Text(result.Rollouts),
                    Text(result.Condemned),
                    Text(result.CondemnedAtMost),
                    verdict);
        }

        foreach (var table in ((Table[])[good, faulty]).Where(static table => table.Rows.Count > 0))
        {
            table.Border = TableBorder.Markdown;
            AnsiConsole.Write(table);
        }
    }

    private static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);
}
