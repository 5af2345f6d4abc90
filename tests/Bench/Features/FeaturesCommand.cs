using System.CommandLine;

namespace ModelServing.Bench.Features;

/// <summary><c>features</c>: what the feature engine costs.</summary>
internal static class FeaturesCommand
{
    private static readonly int[] Cards = [50, 1_000];

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
                var (measured, events) = arguments.GetValue(isShort) ? (1, 20) : (arguments.GetValue(rounds), 200);
                return Task.FromResult(Cards.Select(cards => new EngineBench(cards, measured, events).Run(cancellation)).ToList());
            },
            static reports => reports.ForEach(static report => report.Print(Console.Out)),
            json);
        return command;
    }
}
