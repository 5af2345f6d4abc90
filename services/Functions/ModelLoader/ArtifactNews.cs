using ModelServing.Cache;
using ModelServing.Cache.Announcements;
using ModelServing.Contracts;
using ModelServing.Contracts.Functions;

namespace ModelServing.Functions.ModelLoader;

/// <summary>Tells pods that wait that something came. Each time by a connection of its own: one that is kept is dead after a container was
/// frozen for long.</summary>
internal sealed class ArtifactNews(FunctionsHostSettings settings)
{
    // A connection is made within it, on a small part of a processor.
    private static readonly CacheLimits Limits = new() { Answer = TimeSpan.FromSeconds(4), Connect = TimeSpan.FromSeconds(3) };

    /// <summary>Tells them; null where that was done, else why it was not, which delays a pod and nothing else.</summary>
    internal async Task<string?> PublishAsync(ModelName model, ModelVersion version, CancellationToken cancellation)
    {
        if (settings.Cache is not { } cache)
            return "there is no cache";
        await using var connection = CacheConnection.Open(cache, Limits);
        try
        {
            await new ArtifactChannel(connection, settings.Environment).PublishAsync(model, version, cancellation);
            return null;
        }
        catch (CacheException e)
        {
            return e.Message;
        }
        catch (OperationCanceledException)
        {
            // The verdict stands: that there was no time left to say so is not a failure.
            return "there was no time to tell them";
        }
    }
}
