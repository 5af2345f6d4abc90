using System.CommandLine;
using System.Globalization;
using ModelServing.Contracts;
using ModelServing.Features.Definitions;
using ModelServing.Jobs.Export;
using ModelServing.Jobs.Progress;
using ModelServing.Registry;

namespace ModelServing.Jobs.Features;

/// <summary><c>features export</c>: rows with the features of their entities, as a Parquet file.</summary>
/// <remarks>
/// <code>
/// features export --registry STORE --rows FILE --view NAME/vN ... --out FILE
/// features export --registry STORE --rows FILE --training training.json --out FILE --shard 0/4
/// </code>
/// </remarks>
internal static class FeatureExportCommand
{
    internal static Command Create()
    {
        var rows = new Option<string>("--rows")
        {
            Description = "The rows: a Parquet or CSV file with the entities' keys, the time, and any other columns.",
            Required = true,
        };
        var views = new Option<string[]>("--view")
        {
            Description = "A view and its version, such as card-activity/v1; may be there several times.",
        };
        var training = new Option<string?>("--training") { Description = "Instead: the training.json of a model, which names the views." };
        var time = new Option<string>("--time")
        {
            Description = "The column with the time of each row.",
            DefaultValueFactory = static _ => "time",
        };
        var output = new Option<string>("--out") { Description = "The Parquet file. It must not exist.", Required = true };
        var shard = new Option<string?>("--shard")
        {
            Description = $"Export only a part of the entities of the first view: {EntityShard.Form}.",
        };
        var options = new FeatureJobOptions();
        var command = new Command("export", "Export a training table: rows with the features that were known at their times.")
        {
            rows, views, training, time, output, shard,
        };
        options.AddTo(command);
        command.SetAction((arguments, _) => JobRun.RunAsync(options.StopsWithInput(arguments), async stop =>
        {
            var store = options.OpenStore(arguments);
            var part = FeatureJobOptions.ShardOf(arguments.GetValue(shard));
            var megabytes = options.Megabytes(arguments);
            var definitions = await ReadViewsAsync(
                new PublishedViews(store), arguments.GetValue(views) ?? [], arguments.GetValue(training), stop);
            var request = new FeatureExportRequest(
                Path.GetFullPath(arguments.GetValue(rows)!),
                arguments.GetValue(time)!,
                definitions,
                options.Events(arguments),
                part,
                megabytes);
            await RunAsync(store, request, arguments.GetValue(output)!, stop);
        }));
        return command;
    }

    private static async Task RunAsync(IObjectStore store, FeatureExportRequest request, string output, CancellationToken stop)
    {
        FeatureExportResult? result = null;
        var done = await StepBars.ShowAsync(progress => ExportDestination.ToFileAsync(
            output,
            async folder =>
            {
                result = await new FeatureExport(store, progress).WriteAsync(request, folder.FullPath, folder.File, stop);
                return result.Rows;
            },
            "rows"));
        Console.Out.WriteLine(done);
        foreach (var view in request.Views)
            Console.Out.WriteLine($"{view.Id}: {view.Digest}");
        if (result!.Events == 0)
            Console.Error.WriteLine("no event of these views was known at the times of the rows, so all features are defaults");
        if (result.Missing > 0)
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{result.Missing:N0} events are missing in the log"));
        if (result.Unreadable > 0)
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{result.Unreadable:N0} events can't be read"));
    }

    /// <summary>Reads the definitions of the views that are named.</summary>
    /// <exception cref="JobException">None is named, one is named in a wrong way, or a model was trained with another one.</exception>
    /// <exception cref="RegistryException">One is not published, or the registry fails.</exception>
    internal static async Task<IReadOnlyList<ViewDefinition>> ReadViewsAsync(
        PublishedViews published, string[] named, string? training, CancellationToken cancellation)
    {
        if (named.Length == 0 == training is null)
            throw FeatureJobOptions.Wrong("--view and --training: use one of the two");
        if (training is null)
            return await ReadAsync(published, FeatureJobOptions.ViewsOf(named), cancellation);
        var views = await ReadTrainingAsync(training, cancellation);
        var definitions = await ReadAsync(
            published, FeatureJobOptions.ViewsOf(views.Select(static view => $"{view.View}:{view.Version}")), cancellation);
        for (var i = 0; i < views.Count; i++)
        {
            if (views[i].Digest != definitions[i].Digest)
            {
                throw FeatureJobOptions.Wrong(
                    $"{training}: {views[i]} has the digest {views[i].Digest}, but the published one has {definitions[i].Digest}");
            }
        }

        return definitions;
    }

    private static async Task<IReadOnlyList<ModelView>> ReadTrainingAsync(string path, CancellationToken cancellation)
    {
        if (!File.Exists(path))
            throw FeatureJobOptions.Wrong($"--training: {path} does not exist");
        try
        {
            var features = TrainingInfo.Parse(await File.ReadAllBytesAsync(path, cancellation)).Features;
            return features?.Views is { Count: > 0 } views ? views : throw FeatureJobOptions.Wrong($"{path} names no feature views");
        }
        catch (ContractException e)
        {
            throw FeatureJobOptions.Wrong($"{path}: {e.Message}");
        }
    }

    /// <summary>Reads the definitions of views.</summary>
    /// <exception cref="JobException">One is not published.</exception>
    /// <exception cref="RegistryException">The registry fails.</exception>
    internal static async Task<IReadOnlyList<ViewDefinition>> ReadAsync(
        PublishedViews published, IEnumerable<ViewId> ids, CancellationToken cancellation)
    {
        var definitions = new List<ViewDefinition>();
        foreach (var id in ids)
        {
            definitions.Add(await published.FindAsync(id, cancellation) ?? throw FeatureJobOptions.Wrong(
                $"{id} is not published in {published.Location}; 'ms features apply' publishes it"));
        }

        return definitions;
    }
}
