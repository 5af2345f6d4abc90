using System.CommandLine;
using System.Text.Json;

namespace ModelServing.Bench;

/// <summary>Runs a bench as the action of its command: prints the report, and maps errors to exit codes.</summary>
internal static class BenchAction
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Sets the action of a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="measure">Runs the bench.</param>
    /// <param name="print">Prints the report as text.</param>
    /// <param name="json">The option that prints the report as JSON; null if the command does not have it.</param>
    internal static void Set<TReport>(
        Command command, Func<ParseResult, CancellationToken, Task<TReport>> measure, Action<TReport> print, Option<bool>? json = null) =>
        command.SetAction(async (arguments, cancellation) =>
        {
            try
            {
                var report = await measure(arguments, cancellation);
                if (json is not null && arguments.GetValue(json))
                    Console.WriteLine(JsonSerializer.Serialize(report, Json));
                else
                    print(report);
                return ExitCode.Done;
            }
            catch (BenchException e)
            {
                await Console.Error.WriteLineAsync(e.Message);
                return e.ExitCode;
            }
            catch (OperationCanceledException)
            {
                await Console.Error.WriteLineAsync("Stopped before the measurement was complete.");
                return ExitCode.Failed;
            }
        });
}
