using System.Text;
using ModelServing.Contracts;
using StackExchange.Redis;

namespace ModelServing.Cache.Announcements;

/// <summary>A channel of one environment whose messages are a model and a value, separated by a space.</summary>
internal sealed class ModelChannel
{
    // The value is a number of at most 20 digits.
    private const int MaxMessage = ModelName.MaxLength + 1 + 20;

    private readonly CacheConnection cache;
    private readonly RedisChannel channel;
    private readonly TimeSpan wait;
    private readonly TimeProvider time;

    /// <param name="cache">The connection.</param>
    /// <param name="environment">The environment's name; several may share a cache.</param>
    /// <param name="topic">The name of the channel within the environment.</param>
    /// <param name="wait">The wait between two tries to subscribe.</param>
    /// <param name="time">Measures that wait.</param>
    internal ModelChannel(CacheConnection cache, string environment, string topic, TimeSpan wait, TimeProvider? time)
    {
        ArgumentNullException.ThrowIfNull(cache);
        this.cache = cache;
        channel = RedisChannel.Literal($"ms:{CacheKeys.Checked(environment)}:{topic}");
        this.wait = wait;
        this.time = time ?? TimeProvider.System;
    }

    /// <exception cref="CacheException">The cache did not accept the message.</exception>
    internal Task<long> PublishAsync(string failure, ModelName model, string value, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(model);
        return cache.QueryAsync(
            failure,
            multiplexer => multiplexer.GetSubscriber().PublishAsync(channel, $"{model} {value}"),
            cancellation);
    }

    internal IAsyncDisposable Subscribe(Action<ModelName, string> received, Action? subscribed) => new CacheSubscription(
        cache,
        channel,
        message =>
        {
            // Other programs may publish anything on the channel.
            if (message.Length() <= MaxMessage
                && Encoding.UTF8.GetString((byte[])message!).Split(' ') is [var name, var value]
                && ModelName.TryParse(name, null, out var model))
                received(model, value);
        },
        subscribed,
        wait,
        time);
}
