using ModelServing.Cli.Up;
using ModelServing.Registry;
using ModelServing.Registry.FirstRuns;

namespace ModelServing.Cli.Publishing;

/// <summary>Runs a model for the first time before it is published, in the inference service's program.</summary>
internal static class PublishedFirstRun
{
    /// <summary>Runs a model.</summary>
    /// <exception cref="RegistryException">The model is refused.</exception>
    /// <exception cref="CommandException">The model can't be tried.</exception>
    internal static async Task<FirstAnswer> RunAsync(Artifact artifact, HostProgram program, CancellationToken cancellation)
    {
        var manifest = artifact.Manifest;
        using var model = artifact.OpenModel();
        var result = await new FirstRun(new FirstRunProgram(program.FileName, program.Arguments)).RunAsync(
            manifest, model, FirstRunLimits.For(manifest.Size), cancellation);
        if (result.Finding is { } finding)
            throw new RegistryException(RegistryLayout.Model(manifest.Model, manifest.Version), [finding], 0);
        return result.Unknown is null
            ? new FirstAnswer(manifest, result.Values, result.NoAnswer)
            : throw new CommandException(
                ExitCode.Failed,
                $"{manifest.Model} version {manifest.Version} is not published, because it can't be tried: {result.Unknown}",
                "With --untried it is published without a first run.");
    }
}
