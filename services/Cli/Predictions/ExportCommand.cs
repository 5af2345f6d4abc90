using System.CommandLine;
using ModelServing.Cli.Up;
using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;

namespace ModelServing.Cli.Predictions;

/// <summary><c>ms predictions export</c>: starts the job that exports predictions.</summary>
internal static class ExportCommand
{
    internal static Command Create()
    {
        var models = new Option<string[]>("--model")
        {
            Description = "A model; may be repeated. Default: all models of the stack.",
        };
        var output = new Option<string>("--out") { Description = "The Parquet file. It must not exist.", Required = true };
        var store = new Option<string?>("--store")
        {
            Description = "The log: sqlite:PATH or nosql:COMPARTMENT-OCID/TABLE. Default: the log of the 'ms up' of this stack.",
        };
        var memory = new Option<int?>("--memory-mb")
        {
            Description = "The memory for rows, in megabytes; anything beyond it goes to disk. Default: 512.",
        };
        var range = new TimeRangeOptions();
        var stack = new StackOptions();
        var command = new Command("export", "Export predictions with their outcomes as a Parquet file, one row for each attempt.")
        {
            models, output, store, memory,
        };
        range.AddTo(command);
        stack.AddTo(command);
        command.SetAction((arguments, _) => Terminal.RunAsync(json: false, async (terminal, signals) =>
        {
            var (since, until) = range.Read(arguments, TimeProvider.System);
            var location = stack.ReadRunning(arguments);
            var names = arguments.GetValue(models) is { Length: > 0 } given
                ? given
                : [.. location.Read().Settings.Models.Keys.Select(static name => name.Text)];
            List<string> job =
            [
                "export",
                "--store", arguments.GetValue(store) ?? HostSources.Sqlite(LogOf(location)),
                "--since", IsoTime.Write(since),
                "--until", IsoTime.Write(until),
                "--out", Path.GetFullPath(arguments.GetValue(output)!),
                .. names.SelectMany(static name => (string[])["--model", name]),
            ];
            if (arguments.GetValue(memory) is { } megabytes)
                job.AddRange(["--memory-mb", megabytes.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
            var program = JobsProgram.Find();
            return await program.RunAsync(job, signals);
        }));
        return command;
    }

    /// <summary>The log of the platform that runs for the stack, which may be a demo, else of the last one that ran.</summary>
    /// <exception cref="CommandException">There is no log.</exception>
    internal static string LogOf(StackLocation stack)
    {
        var folder = stack.StateFolder(stack.Read().Settings.Local);
        var running = StateFolder.Running(folder);
        var log = PlatformFiles.PredictionsIn(running.Count > 0 ? running[0] : folder);
        return File.Exists(log)
            ? log
            : throw new CommandException(
                ExitCode.WrongInput, $"there is no prediction log at {log}; name one with --store", "'ms up' makes it for its stack.");
    }
}
