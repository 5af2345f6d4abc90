using System.CommandLine;
using System.Globalization;
using ModelServing.Cli.Predictions;
using ModelServing.Cli.Rollouts;
using ModelServing.Contracts;
using ModelServing.Contracts.Experiments;
using ModelServing.Contracts.Predictions;
using ModelServing.Settings.Models;

namespace ModelServing.Cli.Experiments;

/// <summary><c>ms experiment</c>: starts the job that compares the arms of an experiment.</summary>
internal static class ExperimentCommand
{
    internal static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "The model." };
        var store = new Option<string?>("--store")
        {
            Description = "The log: sqlite:PATH or nosql:COMPARTMENT-OCID/TABLE. Default: the log of the 'ms up' of this stack.",
        };
        var html = new Option<string?>("--html") { Description = "Also write the report into an HTML file, with plots." };
        var json = new Option<bool>("--json") { Description = "Print the report as JSON." };
        var memory = new Option<int?>("--memory-mb")
        {
            Description = "The memory for rows, in megabytes; anything beyond it goes to disk. Default: 512.",
        };
        var range = new TimeRangeOptions("30d");
        var stack = new StackOptions();
        var command = new Command("experiment", "Compare the arms of a model's experiment with stable.")
        {
            model, store, html, json, memory,
        };
        range.AddTo(command);
        stack.AddTo(command);
        command.SetAction((arguments, _) => Terminal.RunAsync(arguments.GetValue(json), async (_, signals) =>
        {
            var (since, until) = range.Read(arguments, TimeProvider.System);
            var location = stack.ReadRunning(arguments);
            var experiment = Find(location.Read().Settings, ModelArgument.Parse(arguments.GetValue(model)!));
            var log = arguments.GetValue(store) ?? HostSources.Sqlite(Predictions.ExportCommand.LogOf(location));
            var file = Path.GetTempFileName();
            try
            {
                await File.WriteAllBytesAsync(file, experiment.ToUtf8(), signals.Stop);
                List<string> job =
                [
                    "experiment", file, "--store", log, "--since", IsoTime.Write(since), "--until", IsoTime.Write(until),
                ];
                if (arguments.GetValue(html) is { } page)
                    job.AddRange(["--html", Path.GetFullPath(page)]);
                if (arguments.GetValue(json))
                    job.Add("--json");
                if (arguments.GetValue(memory) is { } megabytes)
                    job.AddRange(["--memory-mb", megabytes.ToString(CultureInfo.InvariantCulture)]);
                return await JobsProgram.Find().RunAsync(job, signals);
            }
            finally
            {
                File.Delete(file);
            }
        }));
        return command;
    }

    /// <summary>The experiment of a model.</summary>
    /// <exception cref="CommandException">The model has none that can be compared.</exception>
    internal static ExperimentDocument Find(StackSettings settings, ModelName model)
    {
        if (!settings.Models.TryGetValue(model, out var release))
            throw Wrong($"there is no model {model} in the stack file");
        if (ExperimentMaker.Make(model, release) is not { } experiment)
            throw Wrong($"{model} has no experiment in the stack file");
        if (experiment.Arms.All(static arm => arm.Name != VariantPlan.Stable))
            throw Wrong($"stable gets no traffic in the experiment {experiment.Name}, so its arms can't be compared with it");
        return experiment.Arms.Count > 1 ? experiment : throw Wrong($"no arm of the experiment {experiment.Name} gets traffic");
    }

    private static CommandException Wrong(string message) => new(ExitCode.WrongInput, message);
}
