using System.CommandLine;

namespace ModelServing.Cli.Features;

/// <summary><c>ms features export</c>: starts the job that exports a training table.</summary>
internal static class ExportCommand
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
            Description = "A view and its version, such as card-activity/v1; may be repeated.",
        };
        var training = new Option<string?>("--training") { Description = "Instead: the training.json of a model, which names the views." };
        var time = new Option<string?>("--time") { Description = "The column with the time of each row. Default: time." };
        var output = new Option<string>("--out")
        {
            Description = "The table: a Parquet file, or CSV if the name ends in .csv. It must not exist.",
            Required = true,
        };
        var shard = new Option<string?>("--shard")
        {
            Description = "Export only a part of the entities of the first view: I/N, the part from 0 and the number of parts.",
        };
        var job = new FeatureJob();
        var command = new Command("export", "Export a training table: rows with the features that were known at their times.")
        {
            rows, views, training, time, output, shard,
        };
        job.AddTo(command);
        command.SetAction((arguments, _) => Terminal.RunAsync(json: false, async (_, signals) =>
        {
            List<string> own =
            [
                "export",
                "--rows", Path.GetFullPath(arguments.GetValue(rows)!),
                "--out", Path.GetFullPath(arguments.GetValue(output)!),
                .. (arguments.GetValue(views) ?? []).SelectMany(static view => (string[])["--view", view]),
            ];
            if (arguments.GetValue(training) is { } file)
                own.AddRange(["--training", Path.GetFullPath(file)]);
            if (arguments.GetValue(time) is { } column)
                own.AddRange(["--time", column]);
            if (arguments.GetValue(shard) is { } part)
                own.AddRange(["--shard", part]);
            return await job.RunAsync(arguments, own, signals);
        }));
        return command;
    }
}
