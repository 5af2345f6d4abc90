using StackExchange.Redis;

namespace ModelServing.Cache;

/// <summary>Listens on a channel of the cache until it is disposed of, through whatever time the cache is away.</summary>
internal sealed class CacheSubscription : IAsyncDisposable
{
    private readonly CacheConnection cache;
    private readonly RedisChannel channel;
    private readonly Action<RedisValue> came;
    private readonly Action? listening;
    private readonly TimeSpan wait;
    private readonly TimeProvider time;
    private readonly CancellationTokenSource closing = new();
    private readonly Task beginning;
    private ISubscriber? subscriber;

    /// <summary>Begins to listen, behind.</summary>
    /// <param name="cache">The connection.</param>
    /// <param name="channel">The channel.</param>
    /// <param name="came">Called for each message, by any thread, in any order, and twice where a try to listen was given up that came
    /// through later; it should be quick.</param>
    /// <param name="listening">Called whenever it begins to listen, again too: what was published before may be missed.</param>
    /// <param name="wait">The wait between two tries to listen.</param>
    /// <param name="time">The clock of that wait.</param>
    internal CacheSubscription(CacheConnection cache, RedisChannel channel, Action<RedisValue> came, Action? listening, TimeSpan wait, TimeProvider time)
    {
        this.cache = cache;
        this.channel = channel;
        this.came = came;
        this.listening = listening;
        this.wait = wait;
        this.time = time;
        beginning = Task.Run(BeginAsync);
    }

    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        await beginning;
        if (subscriber is not null)
        {
            subscriber.Multiplexer.ConnectionRestored -= OnRestored;
            try
            {
                _ = await cache.AskAsync("listening can't be ended", async multiplexer =>
                {
                    await multiplexer.GetSubscriber().UnsubscribeAsync(channel, OnMessage);
                    return true;
                }, CancellationToken.None);
            }
            catch (CacheException)
            {
                // The server forgets who is gone.
            }
        }

        closing.Dispose();
    }

    // Once it stands, the multiplexer makes it anew with each new connection.
    private async Task BeginAsync()
    {
        while (!closing.IsCancellationRequested)
        {
            try
            {
                subscriber = await cache.AskAsync("it can't be listened", async multiplexer =>
                {
                    var made = multiplexer.GetSubscriber();
                    await made.SubscribeAsync(channel, OnMessage);
                    return made;
                }, closing.Token);
                subscriber.Multiplexer.ConnectionRestored += OnRestored;
                listening?.Invoke();
                return;
            }
            catch (CacheException)
            {
                // The connection's state says it.
            }
            catch (OperationCanceledException)
            {
                return;
            }

            try
            {
                await Task.Delay(wait, time, closing.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private void OnRestored(object? sender, ConnectionFailedEventArgs e)
    {
        if (e.ConnectionType == ConnectionType.Subscription)
            listening?.Invoke();
    }

    private void OnMessage(RedisChannel from, RedisValue message)
    {
        if (!closing.IsCancellationRequested)
            came(message);
    }
}
