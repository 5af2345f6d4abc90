using Microsoft.Extensions.Hosting;
using ModelServing.Cache;
using ModelServing.Cache.Announcements;
using ModelServing.Contracts;

namespace ModelServing.Inference.Models;

/// <summary>Makes a version's loader check the registry as soon as the function ModelLoader announces its artifact. An announcement
/// has no content, so the loader looks at the registry itself. Without a cache, or while it is unavailable, the loader finds out a little
/// later.</summary>
internal sealed class ArtifactListener(InferenceSettings settings, ServedVersions versions, CacheConnection cache, TimeProvider time)
    : IHostedService
{
    private IAsyncDisposable? subscription;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        subscription = new ArtifactChannel(cache, settings.Environment, time: time).Subscribe(
            (model, version) => versions.Find(model, version)?.Loader.CheckNow(),
            () =>
            {
                foreach (var version in versions.All)
                    version.Loader.CheckNow();
            });
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (subscription is { } current)
            await current.DisposeAsync();
    }
}
