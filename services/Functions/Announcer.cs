using ModelServing.Cache;
using ModelServing.Cache.Announcements;
using ModelServing.Contracts;
using ModelServing.Contracts.Functions;

namespace ModelServing.Functions;

/// <summary>Announces changes through the cache to the programs that wait for them. A missed announcement only delays them: they also look
/// periodically. Each announcement has a connection of its own, because a container may be frozen for long between two calls, and a
/// connection that was kept would be dead.</summary>
internal sealed class Announcer(FunctionsHostSettings settings)
{
    // Includes connecting, on a small part of a processor.
    private static readonly CacheLimits Limits = new() { Answer = TimeSpan.FromSeconds(4), Connect = TimeSpan.FromSeconds(3) };

    /// <summary>Announces an event of the journal to the routers. Returns null on success, otherwise the reason.</summary>
    internal Task<string?> AnnounceEventAsync(ModelName model, long seq, CancellationToken cancellation) => PublishAsync(
        connection => new RolloutChannel(connection, settings.Environment).PublishAsync(model, seq, cancellation));

    /// <summary>Announces a checked artifact to the pods that wait for it. Returns null on success, otherwise the reason.</summary>
    internal Task<string?> AnnounceArtifactAsync(ModelName model, ModelVersion version, CancellationToken cancellation) => PublishAsync(
        connection => new ArtifactChannel(connection, settings.Environment).PublishAsync(model, version, cancellation));

    private async Task<string?> PublishAsync(Func<CacheConnection, Task> publish)
    {
        if (settings.Cache is not { } cache)
            return "there is no cache";
        await using var connection = CacheConnection.Open(cache, Limits);
        try
        {
            await publish(connection);
            return null;
        }
        catch (CacheException e)
        {
            return e.Message;
        }
        catch (OperationCanceledException)
        {
            // The change itself is done, so a deadline that leaves no time for the announcement is not a failure.
            return "there was no time to announce it";
        }
    }
}
