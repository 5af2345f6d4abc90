using System.Text;
using ModelServing.Contracts;
using StackExchange.Redis;

namespace ModelServing.Cache.Announcements;

/// <summary>
/// Tells the pods of an environment that something came for a version, so that one that waits for it need not wait until it asks the
/// registry next. It carries no verdict: who hears it looks for himself. A message that is published while a pod or the cache is away is
/// lost, and delays the pod by its own polling.
/// </summary>
public sealed class ArtifactChannel
{
    private const int MaxMessage = ModelName.MaxLength + 1 + 10;

    private readonly CacheConnection cache;
    private readonly RedisChannel channel;
    private readonly TimeSpan wait;
    private readonly TimeProvider time;

    /// <summary>The channel of an environment.</summary>
    /// <param name="cache">The connection.</param>
    /// <param name="environment">The environment's name: several may share a cache.</param>
    /// <param name="wait">The wait between two tries to listen; null is 5 s.</param>
    /// <param name="time">The clock of that wait.</param>
    public ArtifactChannel(CacheConnection cache, string environment, TimeSpan? wait = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(cache);
        this.cache = cache;
        channel = RedisChannel.Literal($"ms:{CacheKeys.Checked(environment)}:artifacts");
        this.wait = wait ?? TimeSpan.FromSeconds(5);
        this.time = time ?? TimeProvider.System;
    }

    /// <summary>Says that something came for a version.</summary>
    /// <returns>How many listeners the server that was asked has itself; a sharded cache's others pass it on.</returns>
    /// <exception cref="CacheException">The cache did not take it.</exception>
    public Task<long> PublishAsync(ModelName model, ModelVersion version, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        return cache.AskAsync("an artifact can't be announced", multiplexer => multiplexer.GetSubscriber().PublishAsync(channel, $"{model} {version}"), cancellationToken);
    }

    /// <summary>Listens until the returned subscription is disposed of, through whatever time the cache is away.</summary>
    /// <param name="came">Called for each version that something came for, by any thread; it should be quick.</param>
    /// <param name="listening">Called whenever it begins to listen, again too: what was published before may be missed.</param>
    public IAsyncDisposable Subscribe(Action<ModelName, ModelVersion> came, Action? listening = null)
    {
        ArgumentNullException.ThrowIfNull(came);
        // Others may publish on the channel what they like.
        return new CacheSubscription(
            cache,
            channel,
            message =>
            {
                if (message.Length() <= MaxMessage && Encoding.UTF8.GetString((byte[])message!).Split(' ') is [var name, var number] &&
                    ModelName.TryParse(name, null, out var model) && ModelVersion.TryParse(number, null, out var version))
                    came(model, version);
            },
            listening,
            wait,
            time);
    }
}
