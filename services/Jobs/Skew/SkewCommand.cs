using System.CommandLine;
using System.Text;
using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;
using ModelServing.Contracts.Reliability;
using ModelServing.Jobs.Export;
using ModelServing.Jobs.Features;
using ModelServing.Jobs.Progress;
using ModelServing.Predictions;
using ModelServing.Registry;

namespace ModelServing.Jobs.Skew;

/// <summary><c>features skew</c>: compares the inputs of a model in serving with those in training.</summary>
/// <remarks>
/// <code>
/// features skew MODEL --registry STORE --store LOG --since TIME --until TIME
/// features skew MODEL --registry STORE --store LOG --since TIME --until TIME --training TABLE --html FILE --json
/// </code>
/// </remarks>
internal static class SkewCommand
{
    internal static Command Create()
    {
        var model = new Argument<string>("model") { Description = "The model." };
        var version = new Option<string?>("--version") { Description = "The version. Default: all that have predictions." };
        var store = new Option<string?>("--store")
        {
            Description = $"The log: sqlite:PATH or nosql:COMPARTMENT-OCID/TABLE. Default: {PredictionLogSettings.StoreVariable}.",
        };
        var since = new Option<string?>("--since") { Description = $"The first time: {IsoTime.Form}." };
        var until = new Option<string?>("--until") { Description = "Only predictions that began before this time." };
        var tables = new Option<string[]>("--training")
        {
            Description = "Compare with the Parquet files of a training table, not with the profiles of the versions.",
        };
        var html = new Option<string?>("--html") { Description = "Also write the report into an HTML file, with histograms." };
        var json = new Option<bool>("--json") { Description = "Print the report as JSON." };
        var options = new FeatureJobOptions();
        var command = new Command("skew", "Compare the inputs of a model in serving with those in training.")
        {
            model, version, store, since, until, tables, html, json,
        };
        options.AddTo(command, readsEvents: false);
        command.SetAction((arguments, _) => JobRun.RunAsync(options.StopsWithInput(arguments), async stop =>
        {
            var name = ModelName.TryParse(arguments.GetValue(model), null, out var parsed)
                ? parsed
                : throw FeatureJobOptions.Wrong($"'{arguments.GetValue(model)}' is not a model's name: {ModelName.Form}");
            var (first, end) = ExportCommand.RangeOf(arguments.GetValue(since), arguments.GetValue(until), null, TimeProvider.System);
            var request = new SkewRequest(name, VersionOf(arguments.GetValue(version)), first, end);
            var log = arguments.GetValue(store) ?? Environment.GetEnvironmentVariable(PredictionLogSettings.StoreVariable)
                ?? throw FeatureJobOptions.Wrong($"--store is missing, and {PredictionLogSettings.StoreVariable} is not set");
            var opened = ExportCommand.OpenLog(log, OciSettings.Read(HostEnvironment.OfProcess));
            using var closing = opened as IDisposable;
            List<string> files = [.. (arguments.GetValue(tables) ?? []).Select(Path.GetFullPath)];
            var megabytes = options.Megabytes(arguments);
            var registry = new ModelRegistry(options.OpenStore(arguments), TimeProvider.System);
            var report = await StepBars.ShowAsync(async progress =>
            {
                var complete = await WithTableAsync(request, registry, files, megabytes, progress, stop);
                return await CompareAsync(opened, registry, complete, progress, stop);
            });
            if (arguments.GetValue(html) is { } page)
                AtomicFile.Write(Path.GetFullPath(page), Encoding.UTF8.GetBytes(SkewPage.Write(report)));
            Print(report, arguments.GetValue(json));
        }));
        return command;
    }

    /// <summary>Compares, and says which versions could not be compared.</summary>
    /// <exception cref="JobException">No version could.</exception>
    internal static async Task<SkewReport> CompareAsync(
        IPredictionStore predictions, ModelRegistry registry, SkewRequest request, IStepProgress progress, CancellationToken cancellation)
    {
        var skew = new ServingSkew(predictions, registry, progress);
        var report = await skew.RunAsync(request, cancellation);
        var without = string.Join(", ", skew.WithoutProfile);
        var range = $"from {IsoTime.Write(request.Since)} to {IsoTime.Write(request.Until)}";
        if (report.Versions.Count == 0)
        {
            throw FeatureJobOptions.Wrong(without.Length == 0
                ? $"there is no prediction of {request.Model} {range}"
                : $"{request.Model} version {without} was published without a profile; name its training table with --training, or " +
                    "publish the next version with 'ms publish --training-profile'");
        }

        if (without.Length > 0)
            await Console.Error.WriteLineAsync($"not compared: {request.Model} version {without}, which was published without a profile");
        return report;
    }

    /// <summary>Adds the profile of a table, if one is named, to the request.</summary>
    internal static async Task<SkewRequest> WithTableAsync(
        SkewRequest request,
        ModelRegistry registry,
        List<string> files,
        int megabytes,
        IStepProgress progress,
        CancellationToken cancellation)
    {
        if (files.Count == 0)
            return request;
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var published in await registry.ListAsync(request.Model, cancellation))
        {
            var manifest = await registry.ReadManifestAsync(request.Model, published.Version, cancellation);
            names.UnionWith(manifest.Inputs.Select(static input => input.Name));
            names.UnionWith(manifest.Features?.Columns ?? []);
        }

        using var folder = new ExportFolder(Path.GetTempPath(), "skew");
        var (profile, _) = new TableProfile(progress).Read(files, names.Contains, folder.FullPath, megabytes, cancellation);
        return request with { Table = profile, TableName = string.Join(", ", files.Select(Path.GetFileName)) };
    }

    private static ModelVersion? VersionOf(string? text) => text is null ? null
        : ModelVersion.TryParse(text, null, out var version) ? version
        : throw FeatureJobOptions.Wrong($"--version: '{text}' is not a version: {ModelVersion.Form}");

    private static void Print(SkewReport report, bool json)
    {
        if (json)
            ReportOutput.Print(report.ToJson());
        else
            ReportOutput.Print(SkewTable.Lines(report));
    }
}
