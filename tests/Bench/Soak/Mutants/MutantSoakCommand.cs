using System.CommandLine;
using ModelServing.TestKit.Mutants;

namespace ModelServing.Bench.Soak.Mutants;

/// <summary><c>mutants</c>: breaks the product in many small ways, and checks that the tests notice.</summary>
internal static class MutantSoakCommand
{
    internal static Command Create()
    {
        var only = new Option<string[]>("--only")
        {
            Description = "Only these areas: files of tests/Mutants without their ending.",
            DefaultValueFactory = static _ => [],
            AllowMultipleArgumentsPerToken = true,
        };
        only.AcceptOnlyFromAmong([.. MutationFile.Areas]);
        var named = new Option<string?>("--name") { Description = "Only mutations whose file or name contains this text." };
        var sample = new Option<int?>("--sample") { Description = "Only so many of them, drawn at random." };
        sample.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<int?>() < 1)
                result.AddError("--sample must be at least 1");
        });
        var seed = BenchOptions.Count("--seed", "Decides which ones --sample draws.", 1, max: int.MaxValue);
        var command = new Command("mutants", "Breaks the product in many small ways, and checks that the tests notice.")
        {
            only, named, sample, seed,
        };
        command.SetAction(async (arguments, cancellation) =>
        {
            try
            {
                var areas = arguments.GetValue(only)! is { Length: > 0 } chosen ? chosen : MutationFile.Areas;
                List<Mutation> mutations = [.. areas.SelectMany(MutationFile.Read).Where(mutation =>
                    mutation.ToString().Contains(arguments.GetValue(named) ?? "", StringComparison.OrdinalIgnoreCase))];
                if (mutations.Count == 0)
                    throw new BenchException($"no mutation's name contains '{arguments.GetValue(named)}'", ExitCode.WrongInput);
                if (arguments.GetValue(sample) is { } count && count < mutations.Count)
                    mutations = [.. Draw(mutations, count, arguments.GetValue(seed))];
                var report = await new MutantSoak().RunAsync(mutations, cancellation);
                report.Print();
                return report.IsGood ? ExitCode.Done : ExitCode.Failed;
            }
            catch (BenchException e)
            {
                await Console.Error.WriteLineAsync(e.Message);
                return e.ExitCode;
            }
            catch (InvalidDataException e)
            {
                await Console.Error.WriteLineAsync(e.Message);
                return ExitCode.WrongInput;
            }
            catch (OperationCanceledException)
            {
                await Console.Error.WriteLineAsync("Stopped.");
                return ExitCode.Failed;
            }
        });
        return command;
    }

    // In the order of the list.
    private static IEnumerable<Mutation> Draw(List<Mutation> mutations, int count, int seed)
    {
        int[] drawn = [.. Enumerable.Range(0, mutations.Count)];
        new Random(seed).Shuffle(drawn);
        return drawn.Take(count).Order().Select(i => mutations[i]);
    }
}
