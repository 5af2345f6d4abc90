using ModelServing.Cache;
using ModelServing.Cache.Announcements;
using ModelServing.Contracts;
using ModelServing.Contracts.Functions;

namespace ModelServing.Functions.Rollback;

/// <summary>Tells the routers that the journal has something new. Each time by a connection of its own: one that is kept is dead after a
/// container was frozen for long, and its beats are nothing for one that may be frozen.</summary>
internal sealed class JournalNews(FunctionsHostSettings settings)
{
    // A connection is made within it, on a small part of a processor.
    private static readonly CacheLimits Limits = new() { Answer = TimeSpan.FromSeconds(4), Connect = TimeSpan.FromSeconds(3) };

    /// <summary>Tells them; null where that was done, else why it was not, which delays a rollback and does not prevent it.</summary>
    internal async Task<string?> PublishAsync(ModelName model, long seq, CancellationToken cancellation)
    {
        const string Later = "routers learn of it when they read the journal next";
        if (settings.Cache is not { } cache)
            return $"there is no cache: {Later}";
        await using var connection = CacheConnection.Open(cache, Limits);
        try
        {
            await new RolloutChannel(connection, settings.Environment).PublishAsync(model, seq, cancellation);
            return null;
        }
        catch (CacheException e)
        {
            return $"{e.Message}: {Later}";
        }
        catch (OperationCanceledException)
        {
            // The entry stands: that there was no time left to say so is not a failure.
            return $"there was no time to tell them: {Later}";
        }
    }
}
