using System.CommandLine;
using System.Text.Json;

namespace ModelServing.Bench.Functions;

/// <summary><c>functions</c>: what the functions' program costs until it listens and until its first answer.</summary>
internal static class FunctionsCommand
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    internal static Command Create()
    {
        var starts = new Option<int>("--starts") { Description = "How often each is started.", DefaultValueFactory = static _ => 10 };
        var isShort = new Option<bool>("--short") { Description = "Only see that it works: one publishing, started once." };
        var trimmed = new Option<bool>("--trimmed") { Description = "Also self-contained and trimmed, which the source of packages has to have a runtime for." };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        starts.Validators.Add(static result => { if (result.GetValueOrDefault<int>() is < 1 or > 1000) result.AddError("--starts has to be from 1 to 1000"); });
        var command = new Command("functions", "The functions' program until it listens and until its first answer, by how it is published.") { starts, isShort, trimmed, json };
        command.SetAction(async (arguments, cancellation) =>
        {
            try
            {
                var plan = arguments.GetValue(isShort) ? new FunctionsBench(1, [Publishing.AsBuilt]) : new FunctionsBench(arguments.GetValue(starts), [Publishing.AsBuilt, Publishing.ReadyToRun, .. arguments.GetValue(trimmed) ? (Publishing[])[Publishing.Trimmed] : []]);
                var report = await plan.RunAsync(cancellation);
                if (arguments.GetValue(json))
                    Console.WriteLine(JsonSerializer.Serialize(report, Json));
                else
                    report.Print(Console.Out);
                return ExitCode.Done;
            }
            catch (BenchException e)
            {
                await Console.Error.WriteLineAsync(e.Message);
                return e.ExitCode;
            }
            catch (OperationCanceledException)
            {
                await Console.Error.WriteLineAsync("Stopped; nothing was measured.");
                return ExitCode.Failed;
            }
        });
        return command;
    }
}
