using ModelServing.Contracts.Reliability;
using StackExchange.Redis;

namespace ModelServing.Cache;

/// <summary>Subscribes to a channel of the cache until it is disposed of. It survives times in which the cache is unavailable.</summary>
internal sealed class CacheSubscription : IAsyncDisposable
{
    private readonly CacheConnection cache;
    private readonly RedisChannel channel;
    private readonly Action<RedisValue> received;
    private readonly Action? subscribed;
    private readonly CancellationTokenSource closing = new();
    private readonly Task subscribing;
    private ISubscriber? subscriber;
    private int tries;

    /// <summary>Subscribes in the background.</summary>
    /// <param name="cache">The connection.</param>
    /// <param name="received">Called for each message, on any thread and in any order; twice if a try to subscribe was abandoned and
    /// succeeded later. It should return quickly.</param>
    /// <param name="subscribed">Called each time the subscription is made or restored: messages published before may have been
    /// missed.</param>
    /// <param name="wait">The wait between two tries to subscribe.</param>
    /// <param name="time">Measures that wait.</param>
    internal CacheSubscription(
        CacheConnection cache, RedisChannel channel, Action<RedisValue> received, Action? subscribed, TimeSpan wait, TimeProvider time)
    {
        this.cache = cache;
        this.channel = channel;
        this.received = received;
        this.subscribed = subscribed;
        // The connection's state reports the failures.
        var loop = new SurvivingLoop(time, pauses: new Backoff(wait, wait));
        subscribing = Task.Run(() => loop.RunUntilDoneAsync(SubscribeAsync, closing.Token));
    }

    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        await subscribing;
        if (subscriber is not null)
        {
            subscriber.Multiplexer.ConnectionRestored -= OnRestored;
            try
            {
                _ = await cache.QueryAsync("a subscription can't be ended", async multiplexer =>
                {
                    // Each try has added the handler, also one that was abandoned.
                    for (var i = 0; i < tries; i++)
                        await multiplexer.GetSubscriber().UnsubscribeAsync(channel, OnMessage);
                    return true;
                }, CancellationToken.None);
            }
            catch (CacheException)
            {
                // The server forgets disconnected subscribers.
            }
        }

        closing.Dispose();
    }

    // Once the subscription exists, the multiplexer renews it with each new connection.
    private async Task<bool> SubscribeAsync(CancellationToken cancellation)
    {
        subscriber = await cache.QueryAsync("a subscription can't be made", async multiplexer =>
        {
            var made = multiplexer.GetSubscriber();
            tries++;
            await made.SubscribeAsync(channel, OnMessage);
            return made;
        }, cancellation);
        subscriber.Multiplexer.ConnectionRestored += OnRestored;
        subscribed?.Invoke();
        return true;
    }

    private void OnRestored(object? sender, ConnectionFailedEventArgs e)
    {
        if (e.ConnectionType == ConnectionType.Subscription)
            subscribed?.Invoke();
    }

    private void OnMessage(RedisChannel from, RedisValue message)
    {
        if (!closing.IsCancellationRequested)
            received(message);
    }
}
