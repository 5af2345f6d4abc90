using System.CommandLine;
using System.Text.Json;
using Spectre.Console;

namespace ModelServing.Bench.Routing;

/// <summary><c>router</c>: the router beside other proxies over the same backends.</summary>
internal static class RouterCommand
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    internal static Command Create()
    {
        var rounds = new Option<int>("--rounds") { Description = "How often each proxy is measured, in turn.", DefaultValueFactory = static _ => 5 };
        var seconds = new Option<int>("--seconds") { Description = "How long each time.", DefaultValueFactory = static _ => 5 };
        var isShort = new Option<bool>("--short") { Description = "Only see that it works: two rounds of a second." };
        var own = new Option<bool>("--own") { Description = "Only the router: whole, without guard, journal and metrics, and the latter on SocketsHttpHandler." };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        foreach (var option in (Option<int>[])[rounds, seconds])
            option.Validators.Add(static result => { if (result.GetValueOrDefault<int>() is < 1 or > 1000) result.AddError($"{result.Option.Name} has to be from 1 to 1000"); });
        var command = new Command("router", "The router beside nginx split_clients, YARP, SocketsHttpHandler (and haproxy, if installed) over the same backends, in one run.") { rounds, seconds, isShort, own, json };
        command.SetAction(async (arguments, cancellation) =>
        {
            try
            {
                var plan = arguments.GetValue(isShort) ? new RouterBench(2, 1, arguments.GetValue(own)) : new RouterBench(arguments.GetValue(rounds), arguments.GetValue(seconds), arguments.GetValue(own));
                var report = await plan.RunAsync(cancellation);
                if (arguments.GetValue(json))
                    Console.WriteLine(JsonSerializer.Serialize(report, Json));
                else
                    report.Print(AnsiConsole.Console);
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
