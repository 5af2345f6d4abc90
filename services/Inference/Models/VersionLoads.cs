using ModelServing.Hosting;

namespace ModelServing.Inference.Models;

/// <summary>Loads the versions that the service serves.</summary>
internal sealed class VersionLoads(ServedVersions versions) : LoopingService
{
    protected override Task RunAsync(HostLoops loops, CancellationToken stopping)
    {
        ArgumentNullException.ThrowIfNull(loops);
        return Task.WhenAll(versions.All.Select(version => loops.RunUntilDoneAsync(
            version.Settings.IsPooled ? $"artifact of {version.Settings}" : "artifact", version.Loader.LoadAsync, stopping)));
    }
}
