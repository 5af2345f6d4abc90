using System.CommandLine;
using System.Globalization;
using Spectre.Console;

namespace ModelServing.Bench.Soak.Evidence;

/// <summary><c>evidence</c>: attacks the guard's evidence, and checks that a good canary stays and a bad one does not.</summary>
internal static class EvidenceSoakCommand
{
    // A terminal's would break the table's cells.
    private const int Width = 220;

    internal static Command Create()
    {
        var seconds = BenchOptions.Count(
            "--seconds", "How many seconds each attack lasts, unless the canary is condemned before.", 60, max: 86_400);
        var percent = BenchOptions.Count("--percent", "The canary's share.", 50, max: 100);
        var deadline = BenchOptions.Count("--deadline", "The models' deadline, in milliseconds.", 2000, max: 600_000);
        var bad = new Option<bool>("--bad") { Description = "The canary fails a fifth of the honest requests of the model 'third'." };
        var slowerThan = new Option<string?>("--slower-than")
        {
            Description = "The rollouts' slowerThan, as in 50ms. Then no time is needed to learn what is slow.",
        };
        var only = new Option<string?>("--attack") { Description = "Only the attacks whose name contains this text." };
        var anonymous = new Option<bool>("--anonymous") { Description = "The hostile callers have no credential." };
        var command = new Command(
            "evidence", "Attacks the guard's evidence, beside honest clients: a good canary must stay, and a bad one must not.")
        {
            seconds, percent, deadline, bad, slowerThan, only, anonymous,
        };
        command.SetAction(async (arguments, cancellation) =>
        {
            var isBad = arguments.GetValue(bad);
            var soak = new EvidenceSoak(
                TimeSpan.FromSeconds(arguments.GetValue(seconds)),
                arguments.GetValue(percent),
                TimeSpan.FromMilliseconds(arguments.GetValue(deadline)),
                isBad,
                arguments.GetValue(slowerThan));
            var attacks = EvidenceAttacks.All
                .Where(attack => attack.Name.Contains(arguments.GetValue(only) ?? "", StringComparison.OrdinalIgnoreCase))
                .Where(attack => !isBad || attack.Model == "third")
                .ToList();
            if (attacks.Count == 0)
            {
                await Console.Error.WriteLineAsync($"no attack's name contains '{arguments.GetValue(only)}'");
                return ExitCode.WrongInput;
            }

            try
            {
                var isGood = true;
                AnsiConsole.Profile.Width = Width;
                var table = new Table { Border = TableBorder.Markdown }
                    .AddColumns("attack", "by", "sent", "honest", "failed", "retried", "bar", "condemned", "kind: canary/stable, evidence");
                foreach (var attack in attacks)
                {
                    var result = await soak.RunAsync(attack, arguments.GetValue(anonymous), cancellation);
                    isGood &= isBad == result.Condemned is not null;
                    await Console.Error.WriteLineAsync(string.Create(
                        CultureInfo.InvariantCulture, $"{result.Attack}: {result.Evidence:P0} {result.Readings}"));
                    table.AddRow(
                        result.Attack, result.Caller, Number(result.Sent), Number(result.Honest), Number(result.Failed),
                        Number(result.Retried), result.Evidence.ToString("P0", CultureInfo.InvariantCulture),
                        result.Condemned is { } after ? string.Create(CultureInfo.InvariantCulture, $"{after.TotalSeconds:0} s") : "no",
                        Markup.Escape(result.Readings));
                }

                AnsiConsole.Write(table);
                Console.WriteLine(isGood
                    ? isBad ? "The bad canary was condemned beside each attack." : "The good canary stayed in each attack."
                    : "BROKEN");
                return isGood ? ExitCode.Done : ExitCode.Failed;
            }
            catch (OperationCanceledException)
            {
                await Console.Error.WriteLineAsync("Stopped.");
                return ExitCode.Failed;
            }
        });
        return command;
    }

    private static string Number(int number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
