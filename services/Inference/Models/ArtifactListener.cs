using Microsoft.Extensions.Hosting;
using ModelServing.Cache;
using ModelServing.Cache.Announcements;
using ModelServing.Contracts;

namespace ModelServing.Inference.Models;

/// <summary>Ends the loader's wait as soon as the function ModelLoader says that something came for the version. It says nothing of what came:
/// the loader looks for itself, and without a cache, or with one that is away, a little later.</summary>
internal sealed class ArtifactListener(InferenceSettings settings, ArtifactLoader loader, CacheConnection cache, TimeProvider time) : IHostedService
{
    private IAsyncDisposable? subscription;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        subscription = new ArtifactChannel(cache, settings.Environment, time: time).Subscribe(
            (model, version) =>
            {
                if (model == settings.Model && version == settings.Version)
                    loader.LookAgain();
            },
            loader.LookAgain);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (subscription is { } listening)
            await listening.DisposeAsync();
    }
}
