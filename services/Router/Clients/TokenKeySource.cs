using Microsoft.Extensions.Logging;
using ModelServing.Contracts;
using ModelServing.Router.Metrics;

namespace ModelServing.Router.Clients;

/// <summary>
/// Follows an issuer's keys at their address. They are fetched now and then, so that one that is withdrawn is not trusted for long, and
/// when a token names a key that is not known: after a change of keys the first token waits for a fetch instead of being refused. While
/// they can't be fetched the last good ones stay.
/// </summary>
internal sealed class TokenKeySource(Uri uri, TokenKeyClient client, Action fetched, RouterMetrics metrics, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    /// <summary>How often keys are fetched without a reason.</summary>
    internal static readonly TimeSpan Period = TimeSpan.FromMinutes(5);

    /// <summary>The time from one fetch to the next at the least, whatever clients send; after a failed one the next comes then.</summary>
    internal static readonly TimeSpan LeastPeriod = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource ending = new();
    private readonly Lock gate = new();
    private volatile TokenKeys? current;

    // Only the fetch's, of which there is one at a time.
    private byte[] content = [];
    private string? lastFailure;

    // Guarded by gate.
    private Task following = Task.CompletedTask;
    private Task fetching = Task.CompletedTask;
    private long? began;

    internal Uri Uri => uri;

    /// <summary>The keys; null until they were fetched once.</summary>
    internal TokenKeys? Current => current;

    /// <summary>Begins to follow the keys.</summary>
    internal void Start() => following = FollowAsync();

    /// <summary>Fetches the keys, or waits for the fetch that is under way. Does nothing when the last one was a moment ago. Never fails.</summary>
    internal Task RefreshAsync()
    {
        lock (gate)
        {
            if (!fetching.IsCompleted || ending.IsCancellationRequested || (began is { } last && time.GetElapsedTime(last) < LeastPeriod))
                return fetching;
            began = time.GetTimestamp();
            return fetching = FetchAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        await following;
        Task last;
        lock (gate)
            last = fetching;
        await last;
    }

    private async Task FollowAsync()
    {
        while (!ending.IsCancellationRequested)
        {
            await RefreshAsync();
            await Task.Delay(lastFailure is null ? Period : LeastPeriod, time, ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task FetchAsync()
    {
        try
        {
            var bytes = await client.GetAsync(uri, ending.Token);
            // The same keys stay the same snapshot: what was checked by it stays checked.
            if (current is null || !bytes.AsSpan().SequenceEqual(content))
                (current, content) = (TokenKeys.Parse(bytes), bytes);
            if (lastFailure is not null)
                ClientsLog.KeysFetchedAgain(logger, uri);
            lastFailure = null;
            fetched();
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException or ContractException)
        {
            var why = e is OperationCanceledException ? $"no answer within {TokenKeyClient.Timeout.TotalSeconds:0} s" : e.Message;
            metrics.KeyFetchFailed();
            if (why != lastFailure)
                ClientsLog.KeysNotFetched(logger, uri, why);
            lastFailure = why;
        }
    }
}
