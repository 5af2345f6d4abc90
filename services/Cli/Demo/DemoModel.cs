using ModelServing.Contracts;
using ModelServing.Registry;
using ModelServing.Sample;
using ModelServing.Settings;

namespace ModelServing.Cli.Demo;

/// <summary>The model of the demo, which is the sample's.</summary>
internal static class DemoModel
{
    internal static ModelName Name { get; } = ModelName.Parse(SampleArtifacts.ModelName);

    /// <exception cref="CommandException">The stack file does not name the model.</exception>
    internal static void Require(StackLocation stack, StackFile file)
    {
        if (!file.Settings.Models.ContainsKey(Name))
            throw stack.Faults([file.Fault(
                "models",
                $"--demo needs the model '{Name}', which this file does not name; add it, or run without --demo")]);
    }

    /// <summary>Publishes and checks the sample's versions.</summary>
    internal static async Task PublishAsync(ModelRegistry registry, CancellationToken cancellation)
    {
        foreach (var version in SampleArtifacts.Versions)
        {
            var training = TrainingInfo.Parse(await File.ReadAllBytesAsync(SampleArtifacts.TrainingPath(version), cancellation));
            await using var model = File.OpenRead(SampleArtifacts.ModelPath(version));
            await registry.PublishAsync(Name, new ModelVersion(version), model, training, cancellation);
            _ = await registry.CheckAsync(Name, new ModelVersion(version), "ms up", cancellation);
        }
    }
}
