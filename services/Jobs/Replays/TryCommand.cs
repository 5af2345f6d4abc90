using System.CommandLine;
using System.Reflection;
using System.Text;
using ModelServing.Contracts;
using ModelServing.Contracts.Experiments;
using ModelServing.Contracts.Predictions;
using ModelServing.Contracts.Reliability;
using ModelServing.Jobs.Export;
using ModelServing.Jobs.Features;
using ModelServing.Jobs.Progress;
using ModelServing.Registry;
using ModelServing.Registry.FirstRuns;
using Spectre.Console;

namespace ModelServing.Jobs.Replays;

/// <summary><c>try</c>: replays logged requests through a candidate, and through the versions that answered them.</summary>
/// <remarks>
/// <code>
/// try FILE --registry STORE --store LOG --since TIME --until TIME --last N
/// try FILE --registry STORE --sample PARQUET --last N
/// </code>
/// </remarks>
internal static class TryCommand
{
    private const int MostRate = 100_000;

    internal static Command Create()
    {
        var replay = new Argument<string?>("replay")
        {
            Description = $"The file that describes the replay. Default: the text in {ReplayJobSettings.ReplayVariable}.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var store = new Option<string?>("--store")
        {
            Description = $"The log: sqlite:PATH or nosql:COMPARTMENT-OCID/TABLE. Default: {PredictionLogSettings.StoreVariable}.",
        };
        var sample = new Option<string?>("--sample") { Description = "In place of the log: an exported Parquet file." };
        var since = new Option<string?>("--since") { Description = $"The first time: {IsoTime.Form}. Default: 30 days ago." };
        var until = new Option<string?>("--until") { Description = "Only predictions that began before this time. Default: now." };
        var last = new Option<long>("--last")
        {
            Description = "How many requests, the newest first.",
            DefaultValueFactory = static _ => 10_000,
        };
        var rate = new Option<int>("--rate")
        {
            Description = "How many requests in a second at most.",
            DefaultValueFactory = static _ => 500,
        };
        var withoutInputs = new Option<bool>("--without-inputs") { Description = "Leave out the inputs of the largest differences." };
        var output = new Option<string?>("--out") { Description = "Write the report for people into a file, and print nothing." };
        var json = new Option<bool>("--json") { Description = "Print the report as JSON." };
        var options = new FeatureJobOptions();
        var command = new Command(ReplayJobSettings.Command, "Replay logged requests through a version that gets no traffic.")
        {
            replay, store, sample, since, until, last, rate, withoutInputs, output, json,
        };
        options.AddTo(command, readsEvents: false);
        command.SetAction((arguments, _) => JobRun.RunAsync(options.StopsWithInput(arguments), async stop =>
        {
            var document = WithVersion(
                ReplayDocument.Parse(await JobDocument.ReadAsync(arguments.GetValue(replay), ReplayJobSettings.ReplayVariable, stop)),
                Environment.GetEnvironmentVariable(ReplayJobSettings.JobVariable));
            var request = new ReplayRequest(
                document,
                arguments.GetValue(last) is > 0 and var count ? count : throw FeatureJobOptions.Wrong("--last: it must be above 0"),
                arguments.GetValue(rate) is > 0 and <= MostRate and var most
                    ? most
                    : throw FeatureJobOptions.Wrong($"--rate: it must be from 1 to {MostRate}"),
                HasInputs: !arguments.GetValue(withoutInputs));
            using var folder = new ExportFolder(Path.GetTempPath(), "try");
            var registry = new ModelRegistry(options.OpenStore(arguments), TimeProvider.System);
            using var models = new ReplayModels(
                registry,
                FirstRunProgram.For(Assembly.GetExecutingAssembly()),
                document.Model,
                TimeSpan.FromMilliseconds(document.DeadlineMilliseconds));
            var report = await StepBars.ShowAsync(async progress =>
            {
                var run = new ReplayRun(registry, models, progress, TimeProvider.System);
                if (arguments.GetValue(sample) is { } file)
                {
                    var megabytes = options.Megabytes(arguments);
                    return await run.RunAsync(
                        request, new SampledRequests(Path.GetFullPath(file), document.Model, folder.FullPath, megabytes), stop);
                }

                var (first, end) = JobDocument.RangeOf(arguments.GetValue(since), arguments.GetValue(until), TimeProvider.System);
                var log = arguments.GetValue(store) ?? Environment.GetEnvironmentVariable(PredictionLogSettings.StoreVariable)
                    ?? throw FeatureJobOptions.Wrong($"--store is missing, and {PredictionLogSettings.StoreVariable} is not set");
                var opened = ExportCommand.OpenLog(log, OciSettings.Read(HostEnvironment.OfProcess));
                using var closing = opened as IDisposable;
                return await run.RunAsync(request, new LoggedRequests(opened, document.Model, first, end), stop);
            });
            Write(report, arguments.GetValue(output), arguments.GetValue(json));
        }));
        return command;
    }

    /// <summary>The replay with its candidate, which the name of a Kubernetes Job may have, as in <c>try-fraud-3</c>.</summary>
    /// <exception cref="JobException">The name does not end with a version.</exception>
    internal static ReplayDocument WithVersion(ReplayDocument document, string? job)
    {
        if (document.Version is not null)
            return document;
        return ModelVersion.TryParse(job?[(job.LastIndexOf('-') + 1)..], null, out var version)
            ? document with { Version = version }
            : throw FeatureJobOptions.Wrong(
                $"the candidate is unknown: the name of the Job, '{job}', must end with its version, as in try-{document.Model}-3");
    }

    private static void Write(ReplayReport report, string? path, bool json)
    {
        if (path is not null)
        {
            var lines = ReplayTable.Lines(report).Select(VisibleText.From);
            AtomicFile.Write(Path.GetFullPath(path), Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n"));
        }

        if (json)
            ReportOutput.Print(report.ToJson());
        else if (path is null)
            ReportOutput.Print(ReplayTable.Lines(report).Select(Markup.Escape));
    }
}
