using System.Globalization;
using System.Text;
using ModelServing.Contracts;
using StackExchange.Redis;

namespace ModelServing.Cache.Announcements;

/// <summary>
/// Tells all routers of an environment within milliseconds that the journal has something new. A message that is published while a router
/// or the cache is away is lost, so who listens also reads the journal from time to time.
/// </summary>
public sealed class RolloutChannel
{
    private readonly CacheConnection cache;
    private readonly RedisChannel channel;
    private readonly TimeProvider time;
    private readonly TimeSpan wait;

    /// <summary>The channel of an environment.</summary>
    /// <param name="cache">The connection.</param>
    /// <param name="environment">The environment's name: several may share a cache.</param>
    /// <param name="wait">The wait between two tries to listen; null is 500 ms.</param>
    /// <param name="time">The clock of that wait.</param>
    public RolloutChannel(CacheConnection cache, string environment, TimeSpan? wait = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(cache);
        this.cache = cache;
        channel = RedisChannel.Literal($"ms:{CacheKeys.Checked(environment)}:journal");
        this.wait = wait ?? TimeSpan.FromMilliseconds(500);
        this.time = time ?? TimeProvider.System;
    }

    /// <summary>Says that a model's journal has an event of a number.</summary>
    /// <returns>How many listeners the server that was asked has itself; a sharded cache's others pass it on.</returns>
    /// <exception cref="CacheException">The cache did not take it.</exception>
    public Task<long> PublishAsync(ModelName model, long seq, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        return cache.AskAsync(
            "a change can't be published",
            multiplexer => multiplexer.GetSubscriber().PublishAsync(channel, $"{model} {seq.ToString(CultureInfo.InvariantCulture)}"),
            cancellationToken);
    }

    /// <summary>Listens until the returned subscription is disposed of, through whatever time the cache is away.</summary>
    /// <param name="changed">Called for each change, by any thread and in any order; it should be quick.</param>
    /// <param name="listening">Called whenever it begins to listen, again too: what was published before may be missed.</param>
    public IAsyncDisposable Subscribe(Action<JournalChange> changed, Action? listening = null)
    {
        ArgumentNullException.ThrowIfNull(changed);
        // Others may publish on the channel what they like.
        return new CacheSubscription(
            cache,
            channel,
            message =>
            {
                if (Read(message) is { } change)
                    changed(change);
            },
            listening,
            wait,
            time);
    }

    private static JournalChange? Read(RedisValue message) =>
        message.Length() <= ModelName.MaxLength + 20
        && Encoding.UTF8.GetString((byte[])message!).Split(' ') is [var name, var number]
        && ModelName.TryParse(name, null, out var model)
        && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var seq)
            ? new JournalChange(model, seq)
            : null;
}
