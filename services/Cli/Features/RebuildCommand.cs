using System.CommandLine;

namespace ModelServing.Cli.Features;

/// <summary><c>ms features rebuild</c>: starts the job that fills views from the event log.</summary>
internal static class RebuildCommand
{
    internal static Command Create()
    {
        var views = new Option<string[]>("--view")
        {
            Description = "A view and its version, such as card-activity/v1; may be repeated.",
            Required = true,
        };
        var environment = new Option<string?>("--environment") { Description = "The environment's name in the cache. Default: local." };
        var shard = new Option<string?>("--shard")
        {
            Description = "Fill only a part of the entities: I/N, the part from 0 and the number of parts. The last part makes the view " +
                "readable.",
        };
        var job = new FeatureJob();
        var command = new Command("rebuild", "Fill views whose values the cache has lost, or new ones, from the event log.")
        {
            views, environment, shard,
        };
        job.AddTo(command);
        command.SetAction((arguments, _) => Terminal.RunAsync(json: false, async (_, signals) =>
        {
            List<string> own = ["rebuild", .. arguments.GetValue(views)!.SelectMany(static view => (string[])["--view", view])];
            if (arguments.GetValue(environment) is { } name)
                own.AddRange(["--environment", name]);
            if (arguments.GetValue(shard) is { } part)
                own.AddRange(["--shard", part]);
            return await job.RunAsync(arguments, own, signals);
        }));
        return command;
    }
}
