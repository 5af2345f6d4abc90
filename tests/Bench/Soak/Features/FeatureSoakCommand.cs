using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using ModelServing.Features.Engine;
using ModelServing.Predictions.Records;

namespace ModelServing.Bench.Soak.Features;

/// <summary><c>features</c>: serves transactions by the whole platform, and checks that a replay of the event log gives their features the
/// same bits.</summary>
internal static class FeatureSoakCommand
{
    internal static Command Create()
    {
        var transactions = BenchOptions.Count("--transactions", "How many transactions are served.", 10_000, 1_000_000);
        transactions.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<int>() < FeatureSoak.Fewest)
                result.AddError($"--transactions must be at least {FeatureSoak.Fewest}");
        });
        var seed = BenchOptions.Count("--seed", "Decides what is paid, and in which order events are posted.", 1, int.MaxValue);
        var command = new Command(
            "features", "Serves transactions, and replays the event log to the sequences of their predictions: the bits must be equal.")
        {
            transactions, seed,
        };
        command.SetAction(async (arguments, cancellation) =>
        {
            try
            {
                var began = Stopwatch.GetTimestamp();
                Print(await new FeatureSoak(arguments.GetValue(transactions), arguments.GetValue(seed)).RunAsync(cancellation));
                await Console.Error.WriteLineAsync($"{Stopwatch.GetElapsedTime(began).TotalSeconds:0} s");
                return ExitCode.Done;
            }
            catch (Exception e) when (e is BenchException or InvalidOperationException)
            {
                await Console.Error.WriteLineAsync(e.Message);
                return ExitCode.Failed;
            }
            catch (OperationCanceledException)
            {
                await Console.Error.WriteLineAsync("Stopped.");
                return ExitCode.Failed;
            }
        });
        return command;
    }

    /// <exception cref="BenchException">Something that the run is about did not happen.</exception>
    private static void Print(FeatureReplayReport report)
    {
        Say($"predictions in the log          {report.Stable + report.Canary:N0}: stable {report.Stable:N0}, canary {report.Canary:N0}");
        Say($"entities that they read         {Counts(report.Statuses)}");
        Say($"events of these in the log      {Counts(report.Outcomes)}");
        Say($"values of predictions           {report.Values:N0}");
        Say($"values by the feature server    {report.ReadValues:N0}");
        Require(report.Statuses, RecordedStatus.Present, RecordedStatus.Missing, RecordedStatus.Unavailable);
        Require(report.Outcomes, ApplyOutcome.Applied, ApplyOutcome.Duplicate, ApplyOutcome.Late);
        if (report.Stable == 0 || report.Canary == 0)
            throw new BenchException("one of the two versions served nothing");
        if (report.Statuses[RecordedStatus.Unavailable] > report.Statuses.Values.Sum() / 2)
            throw new BenchException("most predictions had defaults, because the store did not answer in time");
        Say($"Each value is equal bit for bit: in the prediction log, in the replay of the event log, and as the model had it.");
    }

    private static string Counts<T>(IReadOnlyDictionary<T, int> counts)
        where T : struct, Enum =>
        string.Join(", ", Enum.GetValues<T>().Where(counts.ContainsKey).Select(kind => string.Create(
            CultureInfo.InvariantCulture, $"{kind.ToString().ToLowerInvariant()} {counts[kind]:N0}")));

    private static void Require<T>(IReadOnlyDictionary<T, int> counts, params ReadOnlySpan<T> kinds)
        where T : struct, Enum
    {
        foreach (var kind in kinds)
        {
            if (!counts.ContainsKey(kind))
                throw new BenchException($"the run has nothing that is {kind.ToString().ToLowerInvariant()}");
        }
    }

    private static void Say(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
