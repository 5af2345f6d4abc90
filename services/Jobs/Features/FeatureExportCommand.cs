using System.CommandLine;
using System.Globalization;
using ModelServing.Contracts;
using ModelServing.Contracts.Features;
using ModelServing.Features.Definitions;
using ModelServing.Jobs.Export;
using ModelServing.Jobs.Progress;
using ModelServing.Registry;

namespace ModelServing.Jobs.Features;

/// <summary><c>features export</c>: rows with the features of their entities, as a Parquet or CSV file.</summary>
/// <remarks>
/// <code>
/// features export --registry STORE --rows FILE --view NAME/vN ... --out FILE
/// features export --registry STORE --rows FILE --training training.json --out FILE --shard 0/4
/// features export --registry STORE --table NAME --view NAME/vN ... --shards 4
/// </code>
/// The third form is for a Kubernetes Job with completionMode Indexed (<see cref="TrainingJobSettings"/>).
/// </remarks>
internal static class FeatureExportCommand
{
    internal static Command Create()
    {
        var rows = new Option<string?>("--rows")
        {
            Description = "The rows: a Parquet or CSV file with the entities' keys, the time, and any other columns.",
        };
        var views = new Option<string[]>("--view")
        {
            Description = "A view and its version, such as card-activity/v1; may be repeated.",
        };
        var training = new Option<string?>("--training") { Description = "Instead: the training.json of a model, which names the views." };
        var time = new Option<string>("--time")
        {
            Description = "The column with the time of each row.",
            DefaultValueFactory = static _ => "time",
        };
        var output = new Option<string?>("--out")
        {
            Description = "The table: a Parquet file, or CSV if the name ends in .csv. It must not exist.",
        };
        var table = new Option<string?>("--table")
        {
            Description = $"Instead of --rows and --out: a name. The rows are {TrainingJobSettings.Prefix}NAME/rows.parquet or rows.csv " +
                $"in the registry, and the result goes beside them. Default: {TrainingJobSettings.TableVariable}.",
        };
        var shard = new ShardOptions("Export only a part of the entities of the first view");
        var options = new FeatureJobOptions();
        var command = new Command("export", "Export a training table: rows with the features that were known at their times.")
        {
            rows, views, training, time, output, table,
        };
        shard.AddTo(command);
        options.AddTo(command);
        command.SetAction((arguments, _) => JobRun.RunAsync(options.StopsWithInput(arguments), async stop =>
        {
            var (file, result) = (arguments.GetValue(rows), arguments.GetValue(output));
            var name = arguments.GetValue(table)
                ?? (file is null && result is null ? Environment.GetEnvironmentVariable(TrainingJobSettings.TableVariable) : null);
            if (name is null ? file is null || result is null : file is not null || result is not null)
                throw FeatureJobOptions.Wrong("use either --rows and --out, or --table");
            var store = options.OpenStore(arguments);
            var request = new FeatureExportRequest(
                file is null ? "" : Path.GetFullPath(file),
                arguments.GetValue(time)!,
                await ReadViewsAsync(new PublishedViews(store), arguments.GetValue(views) ?? [], arguments.GetValue(training), stop),
                options.Events(arguments),
                shard.Read(arguments),
                options.Megabytes(arguments))
            {
                IsCsv = result is not null && FeatureExportRequest.IsCsvName(result),
            };
            await RunAsync(store, request, result, name is null ? null : TrainingTable.Named(name), stop);
        }));
        return command;
    }

    private static async Task RunAsync(
        IObjectStore store, FeatureExportRequest request, string? output, TrainingTable? table, CancellationToken stop)
    {
        FeatureExportResult? result = null;
        var done = await StepBars.ShowAsync(progress =>
        {
            return table is null
                ? ExportDestination.ToFileAsync(output!, folder => WriteAsync(folder, request), "rows")
                : ExportDestination.ToObjectAsync(store, table.Part(request.Shard), FetchAsync, stop, "rows");

            async Task<long> FetchAsync(ExportFolder folder) => await WriteAsync(
                folder, request with { Rows = await table.FetchRowsAsync(store, folder.FullPath, stop) });

            async Task<long> WriteAsync(ExportFolder folder, FeatureExportRequest one)
            {
                result = await new FeatureExport(store, progress).WriteAsync(one, folder.FullPath, folder.File, stop);
                return result.Rows;
            }
        });
        Console.Out.WriteLine(done);
        foreach (var view in request.Views)
            Console.Out.WriteLine($"{view.Id}: {view.Digest}");
        // Null if the part was there already.
        if (result?.Events == 0)
            Console.Error.WriteLine("no event of these views was known at the times of the rows, so all features are defaults");
        if (result?.Missing > 0)
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{result.Missing:N0} events are missing in the log"));
        if (result?.Unreadable > 0)
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
