using System.CommandLine;
using System.Text;
using ModelServing.Contracts;
using ModelServing.Contracts.Experiments;
using ModelServing.Contracts.Predictions;
using ModelServing.Contracts.Reliability;
using ModelServing.Jobs.Export;
using ModelServing.Jobs.Features;
using ModelServing.Jobs.Progress;

namespace ModelServing.Jobs.Experiments;

/// <summary><c>experiment</c>: compares the arms of an experiment with stable.</summary>
/// <remarks>
/// <code>
/// experiment FILE --store LOG --since TIME --until TIME
/// experiment FILE --store LOG --since TIME --until TIME --html FILE --json
/// </code>
/// </remarks>
internal static class ExperimentCommand
{
    internal static Command Create()
    {
        var experiment = new Argument<string?>("experiment")
        {
            Description = $"The file that describes the experiment. Default: the text in {ExperimentJobSettings.ExperimentVariable}.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var store = new Option<string?>("--store")
        {
            Description = $"The log: sqlite:PATH or nosql:COMPARTMENT-OCID/TABLE. Default: {PredictionLogSettings.StoreVariable}.",
        };
        var since = new Option<string?>("--since") { Description = $"The first time: {IsoTime.Form}. Default: 30 days ago." };
        var until = new Option<string?>("--until") { Description = "Only predictions that began before this time. Default: now." };
        var html = new Option<string?>("--html") { Description = "Also write the report into an HTML file, with plots." };
        var json = new Option<bool>("--json") { Description = "Print the report as JSON." };
        var memory = new Option<int>("--memory-mb")
        {
            Description = "The memory for rows, in megabytes; anything beyond it goes to disk.",
            DefaultValueFactory = static _ => 512,
        };
        var stopsWithInput = new Option<bool>("--stop-with-input") { Description = "Stop when standard input ends." };
        var command = new Command(ExperimentJobSettings.Command, "Compare the arms of an experiment with stable.")
        {
            experiment, store, since, until, html, json, memory, stopsWithInput,
        };
        command.SetAction((arguments, _) => JobRun.RunAsync(arguments.GetValue(stopsWithInput), async stop =>
        {
            var document = ExperimentDocument.Parse(await JobDocument.ReadAsync(
                arguments.GetValue(experiment), ExperimentJobSettings.ExperimentVariable, stop));
            var (first, end) = JobDocument.RangeOf(arguments.GetValue(since), arguments.GetValue(until), TimeProvider.System);
            var megabytes = arguments.GetValue(memory) is >= 64 and <= 1024 * 1024 and var given
                ? given
                : throw FeatureJobOptions.Wrong("--memory-mb: it must be from 64 to 1048576");
            var log = arguments.GetValue(store) ?? Environment.GetEnvironmentVariable(PredictionLogSettings.StoreVariable)
                ?? throw FeatureJobOptions.Wrong($"--store is missing, and {PredictionLogSettings.StoreVariable} is not set");
            var opened = ExportCommand.OpenLog(log, OciSettings.Read(HostEnvironment.OfProcess));
            using var closing = opened as IDisposable;
            using var folder = new ExportFolder(Path.GetTempPath(), "experiment");
            var report = await StepBars.ShowAsync(progress => new ExperimentAnalysis(opened, progress)
                .RunAsync(new ExperimentRequest(document, first, end, megabytes), folder.FullPath, stop));
            if (arguments.GetValue(html) is { } page)
                AtomicFile.Write(Path.GetFullPath(page), Encoding.UTF8.GetBytes(ExperimentPage.Write(report)));
            Print(report, arguments.GetValue(json));
        }));
        return command;
    }

    private static void Print(ExperimentReport report, bool json)
    {
        if (json)
            ReportOutput.Print(report.ToJson());
        else
            ReportOutput.Print(ExperimentTable.Lines(report));
    }
}
