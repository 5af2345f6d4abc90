using System.CommandLine;
using ModelServing.Cache;
using ModelServing.Cache.Features;
using ModelServing.Contracts;
using ModelServing.Contracts.Features;
using ModelServing.Features.Definitions;
using ModelServing.Jobs.Export;
using ModelServing.Jobs.Progress;

namespace ModelServing.Jobs.Features;

/// <summary><c>features rebuild</c>: fills views in the cache from the event log. The cache is that of <see cref="CacheSettings"/>'
/// variables.</summary>
internal static class FeatureRebuildCommand
{
    private static readonly string EnvironmentVariable = HostEnvironment.NameOf(nameof(FeatureServerSettings.Environment));
    // Shorter than the lock of a fill lasts.
    private static readonly CacheLimits Patient = new() { Answer = TimeSpan.FromSeconds(8) };

    internal static Command Create()
    {
        var views = new Option<string[]>("--view")
        {
            Description = "A view and its version, such as card-activity/v1; may be repeated.",
            Required = true,
        };
        var environment = new Option<string?>("--environment")
        {
            Description = $"The environment's name in the cache. Default: {EnvironmentVariable}, else local.",
        };
        var shard = new ShardOptions("Fill only a part of the entities; the last part makes the view readable");
        var options = new FeatureJobOptions();
        var command = new Command("rebuild", "Fill views in the cache from the event log.") { views, environment };
        shard.AddTo(command);
        options.AddTo(command);
        command.SetAction((arguments, _) => JobRun.RunAsync(options.StopsWithInput(arguments), async stop =>
        {
            var store = options.OpenStore(arguments);
            var cache = CacheSettings.Read(HostEnvironment.OfProcess)
                ?? throw FeatureJobOptions.Wrong($"{CacheSettings.AddressesVariable} is not set; it must be {CacheSettings.Form}");
            var request = new FeatureRebuildRequest(
                await FeatureExportCommand.ReadAsync(
                    new PublishedViews(store), FeatureJobOptions.ViewsOf(arguments.GetValue(views)!, isTable: false), stop),
                arguments.GetValue(environment) ?? Environment.GetEnvironmentVariable(EnvironmentVariable) ?? "local",
                options.Events(arguments),
                shard.Read(arguments),
                options.Megabytes(arguments));
            try
            {
                await using var connection = CacheConnection.Open(cache, Patient);
                using var folder = new ExportFolder(Path.GetTempPath(), "rebuild");
                var rebuilt = await StepBars.ShowAsync(progress => new FeatureRebuild(
                    store, new FeatureValues(connection), progress, TimeProvider.System).RunAsync(request, folder.FullPath, stop));
                foreach (var view in rebuilt)
                    Console.Out.WriteLine(view);
            }
            catch (CacheException e)
            {
                throw new JobException(JobExit.Failed, e.Message, e);
            }
        }));
        return command;
    }
}
