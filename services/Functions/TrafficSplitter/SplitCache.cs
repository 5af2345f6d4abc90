using ModelServing.Cache;
using ModelServing.Contracts.Functions;

namespace ModelServing.Functions.TrafficSplitter;

/// <summary>The function's connection to the cache. It is kept from call to call, but not over a long freeze, which it would not survive.
/// After a failure, no call waits for the cache for a while.</summary>
internal sealed class SplitCache(FunctionsHostSettings settings, TimeProvider time) : IAsyncDisposable
{
    private static readonly CacheLimits Limits = new() { Answer = TimeSpan.FromSeconds(1), Connect = TimeSpan.FromSeconds(2) };
    private static readonly TimeSpan LongestIdle = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private CacheConnection? connection;
    private long usedAt;
    private long? failedAt;

    /// <summary>The environment's name, which separates its keys from others'.</summary>
    internal string Environment => settings.Environment;

    /// <summary>Uses the cache. The default value is the answer if it does not answer, or did not a moment ago.</summary>
    internal async Task<T?> TryAsync<T>(Func<CacheConnection, Task<T>> use)
    {
        if (failedAt is { } failed && time.GetElapsedTime(failed) < Pause)
            return default;
        try
        {
            var answer = await use(await OpenAsync());
            failedAt = null;
            return answer;
        }
        catch (CacheException)
        {
            failedAt = time.GetTimestamp();
            return default;
        }
        finally
        {
            usedAt = time.GetTimestamp();
        }
    }

    public ValueTask DisposeAsync() => connection?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async Task<CacheConnection> OpenAsync()
    {
        if (connection is not null && time.GetElapsedTime(usedAt) > LongestIdle)
        {
            await connection.DisposeAsync();
            connection = null;
        }

        return connection ??= CacheConnection.Open(settings.Cache!, Limits);
    }
}
