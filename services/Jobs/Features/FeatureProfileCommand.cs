using System.CommandLine;
using ModelServing.Jobs.Export;
using ModelServing.Jobs.Progress;

namespace ModelServing.Jobs.Features;

/// <summary><c>features profile</c>: the profile of a training table, for <c>ms publish --training-profile</c>.</summary>
internal static class FeatureProfileCommand
{
    internal static Command Create()
    {
        var tables = new Argument<string[]>("table")
        {
            Description = "The Parquet files of the table.",
            Arity = ArgumentArity.OneOrMore,
        };
        var output = new Option<string>("--out") { Description = "The profile, a JSON file. It must not exist.", Required = true };
        var options = new FeatureJobOptions();
        var command = new Command("profile", "Make the profile of a training table: how the values of its columns are distributed.")
        {
            tables, output,
        };
        options.AddTo(command, readsEvents: false);
        command.SetAction((arguments, _) => JobRun.RunAsync(options.StopsWithInput(arguments), async stop =>
        {
            List<string> files = [.. arguments.GetValue(tables)!.Select(Path.GetFullPath)];
            var megabytes = options.Megabytes(arguments);
            var columns = 0;
            var done = await StepBars.ShowAsync(progress => ExportDestination.ToFileAsync(
                arguments.GetValue(output)!,
                async folder =>
                {
                    var (profile, rows) = new TableProfile(progress).Read(files, static _ => true, folder.FullPath, megabytes, stop);
                    columns = profile.Columns.Count;
                    await File.WriteAllBytesAsync(folder.File, profile.ToUtf8(), stop);
                    return rows;
                },
                "rows"));
            Console.Out.WriteLine($"{done}, {columns} columns");
        }));
        return command;
    }
}
