using System.Net;
using ModelServing.Contracts;
using StackExchange.Redis;

namespace ModelServing.Cache;

/// <summary>
/// The connection of one program to the cache, for all that it asks there. It connects behind, and again by itself whenever the cache was
/// away; while it is, each question fails at once or within <see cref="CacheLimits.Answer"/>, and nothing is queued.
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
        connecting = Task.Run(ConnectAsync);
    }

    /// <summary>Called when the cache went away or came back, in turn and by any thread: it should be quick.</summary>
    public event Action<CacheState>? Changed;

    /// <summary>Where the cache is, as it is shown.</summary>
    public string Location => settings.ToString();

    /// <summary>Whether it answers, by the connection and by what was asked last.</summary>
    public CacheState State => Volatile.Read(ref state);

    /// <summary>Opens one. It returns at once, whether the cache is there or not.</summary>
    /// <exception cref="ContractException">An address is none.</exception>
    public static CacheConnection Open(CacheSettings settings, CacheLimits? limits = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (settings.Addresses.Count == 0)
            throw new ContractException($"the cache has no address; it has to be {CacheSettings.Form}");
        return new CacheConnection(settings, limits ?? new CacheLimits(), time ?? TimeProvider.System);
    }

    /// <summary>Ends the connection.</summary>
    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        await connecting;
        if (connected.Task.IsCompletedSuccessfully)
            await (await connected.Task).DisposeAsync();
        closing.Dispose();
    }

    /// <summary>Asks the cache.</summary>
    /// <param name="what">What was not possible if it fails, as in <c>counts can't be read</c>.</param>
    /// <param name="ask">The question.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="CacheException">It did not answer in time, or refused.</exception>
    internal async Task<T> AskAsync<T>(string what, Func<ConnectionMultiplexer, Task<T>> ask, CancellationToken cancellation)
    {
        try
        {
            var multiplexer = await connected.Task.WaitAsync(limits.Answer, time, cancellation);
            var answer = await ask(multiplexer).WaitAsync(limits.Answer, time, cancellation);
            Note(null);
            return answer;
        }
        catch (Exception e) when (e is RedisException or TimeoutException or ObjectDisposedException)
        {
            // Who gives up in the moment in which the question fails is told that he gave up.
            cancellation.ThrowIfCancellationRequested();
            var reason = !connected.Task.IsCompleted ? State.Reason ?? NeverConnected
                : e is TimeoutException ? $"no answer came within {limits.Answer.TotalSeconds:0.###} s"
                : e.Message;
            Note(reason);
            throw new CacheException($"{what} at the cache {Location}: {reason}", e);
        }
    }

    private void Note(string? reason)
    {
        lock (changing)
        {
            if (state.IsAway == reason is not null && state.Reason != NeverConnected)
                return;
            Volatile.Write(ref state, new CacheState(reason is not null, time.GetUtcNow(), reason));
            Changed?.Invoke(state);
        }
    }

    // Only the first connection is made here: the multiplexer connects again by itself.
    private async Task ConnectAsync()
    {
        for (var wait = limits.FirstWait; !closing.IsCancellationRequested; wait = wait * 2 < limits.LongestWait ? wait * 2 : limits.LongestWait)
        {
            try
            {
                var multiplexer = await ConnectionMultiplexer.ConnectAsync(Options());
                multiplexer.ConnectionFailed += (_, e) =>
                {
                    if (!multiplexer.IsConnected)
                        Note($"the connection to {Shown(e.EndPoint)} failed ({e.FailureType})");
                };
                multiplexer.ConnectionRestored += (_, _) =>
                {
                    if (multiplexer.IsConnected)
                        Note(null);
                };
                Note(multiplexer.IsConnected ? null : $"{string.Join(',', settings.Addresses)} does not answer");
                connected.SetResult(multiplexer);
                return;
            }
            catch (Exception e) when (e is RedisException or TimeoutException or IOException or System.Net.Sockets.SocketException)
            {
                Note(e.Message);
            }

            await Task.Delay(wait, time, closing.Token).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
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
            // What is asked while the cache is away would else wait for it, without a bound.
            BacklogPolicy = BacklogPolicy.FailFast,
            ConnectTimeout = Milliseconds(limits.Connect),
            AsyncTimeout = Milliseconds(limits.Answer),
            SyncTimeout = Milliseconds(limits.Answer),
            ReconnectRetryPolicy = new ExponentialRetry(Milliseconds(limits.FirstWait), Milliseconds(limits.LongestWait)),
            // It is at its beats that the multiplexer connects again.
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
