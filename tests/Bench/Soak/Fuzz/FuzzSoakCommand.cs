using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using ModelServing.Bench.Soak.Mutants;
using ModelServing.TestKit;

namespace ModelServing.Bench.Soak.Fuzz;

/// <summary><c>fuzz</c>: runs the tests that change request bodies at random, for a given time.</summary>
internal static class FuzzSoakCommand
{
    private const string Program = "ModelServing.Services.Tests";

    // CsCheck's variable: how many seconds each property is tried.
    private const string SecondsVariable = "CsCheck_Time";

    private const int Properties = 3;

    internal static Command Create()
    {
        var seconds = BenchOptions.Count("--seconds", "How long each property is tried.", 600, max: 86_400);
        var command = new Command("fuzz", "Changes request bodies at random, and checks how they are read.") { seconds };
        command.SetAction(async (arguments, cancellation) =>
        {
            try
            {
                return await RunAsync(arguments.GetValue(seconds), cancellation);
            }
            catch (OperationCanceledException)
            {
                await Console.Error.WriteLineAsync("Stopped.");
                return ExitCode.Failed;
            }
        });
        return command;
    }

    private static async Task<int> RunAsync(int seconds, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(
            "dotnet",
            [
                "exec", Repository.Combine("artifacts", "bin", Program, "release", Program + ".dll"), "-noLogo", "-noColor",
                "-class", "*.DecoderFuzzTests", "-class", "*.ProtobufFuzzTests",
            ])
        {
            WorkingDirectory = Repository.Root,
            Environment = { [SecondsVariable] = seconds.ToString(CultureInfo.InvariantCulture) },
        };
        // The last bodies of a property are checked after its time.
        var run = await ToolRun.RunAsync(start, Properties * TimeSpan.FromSeconds(seconds) + TimeSpan.FromMinutes(5), cancellation);
        Console.WriteLine(run.Output);
        return run.ExitCode == 0 ? ExitCode.Done : ExitCode.Failed;
    }
}
