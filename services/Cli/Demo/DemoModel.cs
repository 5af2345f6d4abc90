using ModelServing.Cli.Features;
using ModelServing.Contracts;
using ModelServing.Features.Definitions;
using ModelServing.Registry;
using ModelServing.Registry.Profiles;
using ModelServing.Sample;
using ModelServing.Settings;

namespace ModelServing.Cli.Demo;

/// <summary>The model of the demo, which is the sample's, and its feature views.</summary>
internal static class DemoModel
{
    internal static ModelName Name { get; } = ModelName.Parse(SampleArtifacts.ModelName);

    /// <exception cref="CommandException">The stack file does not name the model, or the feature views that it uses.</exception>
    internal static void Require(StackLocation stack, StackFile file)
    {
        if (!file.Settings.Models.ContainsKey(Name))
            throw stack.Faults([file.Fault(
                "models",
                $"--demo needs the model '{Name}', which this file does not name; add it, or run without --demo")]);
        if (!SampleFeatures.Views.All(view => IsServed(file, view)))
            throw stack.Faults([file.Fault(
                "features.views",
                $"--demo needs the feature views of the model '{Name}'; add '{ViewsSetting}', or run without --demo")]);
    }

    /// <summary>Publishes the sample's feature views, and publishes and checks its versions.</summary>
    internal static async Task PublishAsync(IObjectStore store, ModelRegistry registry, CancellationToken cancellation)
    {
        var views = new PublishedViews(store);
        foreach (var view in ApplyCommand.Read([.. SampleFeatures.Views.Select(static view => new FileInfo(SampleFeatures.PathOf(view)))]))
            await views.PublishAsync(view, cancellation);
        var profile = TrainingProfile.Parse(await File.ReadAllBytesAsync(SampleArtifacts.ProfilePath, cancellation));
        foreach (var version in SampleArtifacts.Versions)
        {
            var training = TrainingInfo.Parse(await File.ReadAllBytesAsync(SampleArtifacts.TrainingPath(version), cancellation)) with
            {
                Profile = profile,
            };
            await using var model = File.OpenRead(SampleArtifacts.ModelPath(version));
            await registry.PublishAsync(Name, new ModelVersion(version), model, training, cancellation);
            _ = await registry.CheckAsync(Name, new ModelVersion(version), "ms up", cancellation);
        }
    }

    /// <summary>The setting that serves the feature views, on one line.</summary>
    private static string ViewsSetting => $"{StackFile.Namespace}features: {{ views: {{ {string.Join(", ", SampleFeatures.Views
        .Select(static view => $"{view}: {{ versions: [{SampleFeatures.ViewVersion}] }}"))} }} }}";

    private static bool IsServed(StackFile file, string view) =>
        file.Settings.Features.Views.TryGetValue(ModelName.Parse(view), out var served) &&
        served.Versions.Any(static version => version.Number == SampleFeatures.ViewVersion);
}
