using System.CommandLine;
using System.Globalization;

namespace ModelServing.Cli.Features;

/// <summary><c>ms features compact</c>: starts the job that moves old segments of the event log into the archive.</summary>
internal static class CompactCommand
{
    internal static Command Create()
    {
        var keep = new Option<int?>("--keep-days")
        {
            Description = "Keep segments for at least this many days. Segments that a published view needs are always kept. " +
                "Default: 30.",
        };
        var job = new FeatureJob(readsEvents: false);
        var command = new Command("compact", "Move old segments of the event log into the archive, as Parquet.") { keep };
        job.AddTo(command);
        command.SetAction((arguments, _) => Terminal.RunAsync(json: false, async (_, signals) =>
        {
            List<string> own = ["compact"];
            if (arguments.GetValue(keep) is { } days)
                own.AddRange(["--keep-days", days.ToString(CultureInfo.InvariantCulture)]);
            return await job.RunAsync(arguments, own, signals);
        }));
        return command;
    }
}
