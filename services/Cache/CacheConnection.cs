using System.Net;
using ModelServing.Contracts;
using ModelServing.Contracts.Reliability;
using StackExchange.Redis;

namespace ModelServing.Cache;

/// <summary>
/// A program's connection to the cache. It connects in the background, and reconnects by itself. While the cache is unavailable, each query
/// fails at once or within <see cref="CacheLimits.Answer"/>, and nothing is queued.
/// </summary>
public sealed class CacheConnection : IAsyncDisposable
{
    private const string NeverConnected = "it is not connected yet";

    private readonly CacheSettings settings;
    private readonly CacheLimits limits;
    private readonly TimeProvider time;
    private readonly CancellationTokenSource closing = new();
    private readonly TaskCompletionSource<ConnectionMultiplexer> connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task connecting;
    private readonly Lock changing = new();
    private CacheState state;

    private CacheConnection(CacheSettings settings, CacheLimits limits, TimeProvider time)
    {
        this.settings = settings;
        this.limits = limits;
        this.time = time;
        state = new CacheState(true, time.GetUtcNow(), NeverConnected);
        var loop = new SurvivingLoop(
            time,
            failure => SetState(failure.Exception.Message),
            pauses: new Backoff(limits.FirstWait, limits.LongestWait));
        connecting = Task.Run(() => loop.RunUntilDoneAsync(_ => ConnectAsync(), closing.Token));
    }

    /// <summary>Called when the cache became unavailable or available again, one call at a time and on any thread; it should return
    /// quickly.</summary>
    public event Action<CacheState>? Changed;

    /// <summary>The cache's address, for messages.</summary>
    public string Location => settings.ToString();

    /// <summary>Whether the cache answers, judged by the connection and the last query.</summary>
    public CacheState State => Volatile.Read(ref state);

    /// <summary>Opens a connection. Returns at once, whether the cache is available or not.</summary>
    /// <exception cref="ContractException">The settings have no address.</exception>
    public static CacheConnection Open(CacheSettings settings, CacheLimits? limits = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (settings.Addresses.Count == 0)
            throw new ContractException($"the cache has no address; it must be {CacheSettings.Form}");
        return new CacheConnection(settings, limits ?? new CacheLimits(), time ?? TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        await connecting;
        if (connected.Task.IsCompletedSuccessfully)
            await (await connected.Task).DisposeAsync();
        closing.Dispose();
    }

    /// <summary>Queries the cache.</summary>
    /// <param name="failure">The beginning of the message if the query fails, such as <c>counts can't be read</c>.</param>
    /// <param name="query">Runs the query.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    /// <exception cref="CacheException">The cache did not answer in time, or refused.</exception>
    internal async Task<T> QueryAsync<T>(string failure, Func<ConnectionMultiplexer, Task<T>> query, CancellationToken cancellation)
    {
        try
        {
            var multiplexer = await connected.Task.WaitAsync(limits.Answer, time, cancellation);
            var answer = await query(multiplexer).WaitAsync(limits.Answer, time, cancellation);
            SetState(null);
            return answer;
        }
        catch (Exception e) when (e is not CacheException)
        {
            // A caller that cancels while the query fails gets the cancellation.
            cancellation.ThrowIfCancellationRequested();
            var reason = !connected.Task.IsCompleted ? State.Reason ?? NeverConnected
                : e is TimeoutException ? $"no answer within {limits.Answer.TotalSeconds:0.###} s"
                : e.Message;
            // Until the first connection is made or has failed, it is too early for a report: every program starts like this.
            if (connected.Task.IsCompleted)
                SetState(reason);
            throw new CacheException($"{failure} at the cache {Location}: {reason}", e);
        }
    }

    private void SetState(string? reason)
    {
        lock (changing)
        {
            if (state.IsUnavailable == reason is not null && state.Reason != NeverConnected)
                return;
            Volatile.Write(ref state, new CacheState(reason is not null, time.GetUtcNow(), reason));
            Changed?.Invoke(state);
        }
    }

    // Makes only the first connection: the multiplexer reconnects by itself.
    private async Task<bool> ConnectAsync()
    {
        var multiplexer = await ConnectionMultiplexer.ConnectAsync(Options());
        multiplexer.ConnectionFailed += (_, e) =>
        {
            if (!multiplexer.IsConnected)
                SetState($"the connection to {Shown(e.EndPoint)} failed ({e.FailureType})");
        };
        multiplexer.ConnectionRestored += (_, _) =>
        {
            if (multiplexer.IsConnected)
                SetState(null);
        };
        SetState(multiplexer.IsConnected ? null : $"{string.Join(',', settings.Addresses)} does not answer");
        connected.SetResult(multiplexer);
        return true;
    }

    private ConfigurationOptions Options()
    {
        var options = new ConfigurationOptions
        {
            User = settings.User,
            Password = settings.Password,
            Ssl = settings.Tls,
            ClientName = "ModelServing",
            AbortOnConnectFail = false,
            // The library counts INFO among the commands of administrators. What this user may do, the cache decides.
            AllowAdmin = true,
            // Otherwise queries would wait without a bound while the cache is unavailable.
            BacklogPolicy = BacklogPolicy.FailFast,
            ConnectTimeout = Milliseconds(limits.Connect),
            AsyncTimeout = Milliseconds(limits.Answer),
            SyncTimeout = Milliseconds(limits.Answer),
            ReconnectRetryPolicy = new ExponentialRetry(Milliseconds(limits.FirstWait), Milliseconds(limits.LongestWait)),
            // The multiplexer reconnects at its heartbeats.
            HeartbeatInterval = TimeSpan.FromMilliseconds(250),
            KeepAlive = 10,
            IncludeDetailInExceptions = false,
        };
        foreach (var address in settings.Addresses)
            options.EndPoints.Add(address);
        return options;
    }

    private static int Milliseconds(TimeSpan time) => Math.Max(1, (int)time.TotalMilliseconds);

    private static string Shown(EndPoint? address) => address is DnsEndPoint name ? $"{name.Host}:{name.Port}" : $"{address}";
}
