using System.CommandLine;
using System.Globalization;
using ModelServing.TestKit.Hostile;
using Spectre.Console;

namespace ModelServing.Bench.Soak.Hostile;

/// <summary><c>hostile</c>: sends everything that hostile callers, versions and writers of documents are known to do, in random
/// mixes.</summary>
internal static class HostileSoakCommand
{
    // A terminal's would break the table's cells.
    private const int Width = 200;

    internal static Command Create()
    {
        var time = new Option<TimeSpan>("--for")
        {
            Description = "How long the mix lasts, as in 30s, 30m or 8h. Default: 30m.",
            DefaultValueFactory = static _ => TimeSpan.FromMinutes(30),
            CustomParser = static result =>
            {
                if (TryRead(result.Tokens[0].Value) is { } value)
                    return value;
                result.AddError($"--for is {result.Tokens[0].Value}; it must be a whole number and s, m or h, as in 30m");
                return default;
            },
        };
        var clients = BenchOptions.Count("--clients", "How many clients send hostile requests.", 8, max: 1000);
        var seed = BenchOptions.Count("--seed", "Decides what each client sends.", 1, max: int.MaxValue);
        var only = new Option<string[]>("--only")
        {
            Description = "Only these kinds of requests: files of tests/Hostile without their ending.",
            DefaultValueFactory = static _ => [],
            AllowMultipleArgumentsPerToken = true,
        };
        only.AcceptOnlyFromAmong([.. HostileRequests.Kinds]);
        var command = new Command("hostile", "Sends random mixes of hostile input to the whole platform, alongside good requests.")
        {
            time, clients, seed, only,
        };
        command.SetAction(async (arguments, cancellation) =>
        {
            try
            {
                var soak = new HostileSoak(
                    arguments.GetValue(time), arguments.GetValue(clients), arguments.GetValue(seed), arguments.GetValue(only)!);
                var report = await soak.RunAsync(cancellation);
                Print(report);
                return report.IsGood ? ExitCode.Done : ExitCode.Failed;
            }
            catch (InvalidOperationException e)
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

    private static void Print(HostileReport report)
    {
        AnsiConsole.Profile.Width = Width;
        var table = new Table { Border = TableBorder.Markdown }.AddColumns("kind", "sent", "right", "refused", "late", "wrong");
        foreach (var (kind, tally) in report.Kinds)
            table.AddRow(kind, Number(tally.Sent), Number(tally.Right), Number(tally.Busy), Number(tally.Late), Number(tally.Wrong));
        table.AddRow("good", Number(report.Good.Answered + report.Good.Busy + report.Good.Failed), Number(report.Good.Answered),
            Number(report.Good.Busy), "", Number(report.Good.Failed));
        AnsiConsole.Write(table);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"99% of the good requests were answered within {report.Good.Quantile(0.99).TotalMilliseconds:0} ms."));
        foreach (var counted in report.Evidence)
            Console.WriteLine($"counted: {counted}");
        foreach (var fault in report.Faults.Concat(report.Good.Faults).Concat(report.Kinds.Values.SelectMany(static kind => kind.Faults)))
            Console.WriteLine($"FAULT: {fault}");
        Console.WriteLine(report.IsGood
            ? "Nothing ended, no log has an exception, no canary was condemned, and every good request was answered in time or refused " +
                "with Retry-After."
            : $"BROKEN{(report.Faults.Count > 0 ? $"; the log is in {HostileSoak.LogFile}" : "")}");
    }

    private static string Number(int number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static TimeSpan? TryRead(string text)
    {
        if (text.Length < 2 || !int.TryParse(text.AsSpan(..^1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || number == 0)
            return null;
        return text[^1] switch
        {
            's' => TimeSpan.FromSeconds(number),
            'm' => TimeSpan.FromMinutes(number),
            'h' => TimeSpan.FromHours(number),
            _ => null,
        };
    }
}
