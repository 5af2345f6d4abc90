using System.CommandLine;
using ModelServing.Cli.Predictions;
using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;

namespace ModelServing.Cli.Features;

/// <summary><c>ms features skew</c>: starts the job that compares serving with training.</summary>
internal static class SkewCommand
{
    internal static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "The model." };
        var version = new Option<string?>("--version") { Description = "The version. Default: all that have predictions." };
        var store = new Option<string?>("--store")
        {
            Description = "The log: sqlite:PATH or nosql:COMPARTMENT-OCID/TABLE. Default: the log of the 'ms up' of this stack.",
        };
        var tables = new Option<string[]>("--training")
        {
            Description = "Compare with a training table, a Parquet file, and not with the profiles of the versions; may be there " +
                "several times.",
        };
        var html = new Option<string?>("--html") { Description = "Also write the report into an HTML file, with histograms." };
        var json = new Option<bool>("--json") { Description = "Print the report as JSON." };
        var range = new TimeRangeOptions("1d");
        var job = new FeatureJob(readsEvents: false);
        var command = new Command("skew", "Compare the inputs of a model in serving with those in training.")
        {
            model, version, store, tables, html, json,
        };
        range.AddTo(command);
        job.AddTo(command);
        command.SetAction((arguments, _) => Terminal.RunAsync(arguments.GetValue(json), async (_, signals) =>
        {
            var (since, until) = range.Read(arguments, TimeProvider.System);
            List<string> own =
            [
                "skew", arguments.GetValue(model)!,
                "--store", arguments.GetValue(store) ?? HostSources.Sqlite(Predictions.ExportCommand.LogOf(job.Stack(arguments))),
                "--since", IsoTime.Write(since),
                "--until", IsoTime.Write(until),
                .. (arguments.GetValue(tables) ?? []).SelectMany(static table => (string[])["--training", Path.GetFullPath(table)]),
            ];
            if (arguments.GetValue(version) is { } number)
                own.AddRange(["--version", number]);
            if (arguments.GetValue(html) is { } page)
                own.AddRange(["--html", Path.GetFullPath(page)]);
            if (arguments.GetValue(json))
                own.Add("--json");
            return await job.RunAsync(arguments, own, signals);
        }));
        return command;
    }
}
