using System.CommandLine;
using ModelServing.Jobs.Export;
using ModelServing.Jobs.Progress;

namespace ModelServing.Jobs.Features;

/// <summary><c>features compact</c>: old segments of the event log become Parquet files of the archive.</summary>
internal static class FeatureCompactCommand
{
    private const int MostDays = 36_500;

    internal static Command Create()
    {
        var keep = new Option<int>("--keep-days")
        {
            Description = "Keep segments for at least this many days. Segments that a published view needs are always kept.",
            DefaultValueFactory = static _ => 30,
        };
        var batch = new Option<int>("--batch-mb")
        {
            Description = "The events in a file of the archive, in megabytes before they are compressed.",
            DefaultValueFactory = static _ => 256,
        };
        var options = new FeatureJobOptions();
        var command = new Command("compact", "Move old segments of the event log into the archive, as Parquet.") { keep, batch };
        options.AddTo(command, readsEvents: false);
        command.SetAction((arguments, _) => JobRun.RunAsync(options.StopsWithInput(arguments), async stop =>
        {
            var request = new FeatureCompactRequest(
                arguments.GetValue(keep) is >= 0 and <= MostDays and var days
                    ? TimeSpan.FromDays(days)
                    : throw FeatureJobOptions.Wrong($"--keep-days: it must be from 0 to {MostDays}"),
                arguments.GetValue(batch) is >= 1 and <= 4096 and var megabytes
                    ? megabytes * 1024L * 1024
                    : throw FeatureJobOptions.Wrong("--batch-mb: it must be from 1 to 4096"),
                options.Megabytes(arguments));
            var store = options.OpenStore(arguments);
            using var folder = new ExportFolder(Path.GetTempPath(), "compact");
            Console.Out.WriteLine(await StepBars.ShowAsync(progress =>
                new FeatureCompact(store, progress, TimeProvider.System).RunAsync(request, folder.FullPath, stop)));
        }));
        return command;
    }
}
