using Microsoft.Extensions.Logging;
using ModelServing.Contracts.Reliability;

namespace ModelServing.Clients;

/// <summary>
/// Follows an issuer's keys. It fetches them regularly, so that a withdrawn key is not trusted for long, and whenever a token names an
/// unknown key: after a change of keys, the first token waits for a fetch instead of being refused. While a fetch fails, the last good
/// keys stay.
/// </summary>
/// <remarks>
/// Not ConfigurationManager of Microsoft.IdentityModel.Protocols: it refuses the first token that has a new key, and fetches only after
/// that.
/// </remarks>
internal sealed class TokenKeySource(
    Uri uri, TokenKeyClient client, Action fetched, IClientMetrics metrics, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    /// <summary>The time between regular fetches.</summary>
    internal static readonly TimeSpan Period = TimeSpan.FromMinutes(5);

    /// <summary>The least time between two fetches, whatever clients send. After a failed fetch, the next one comes this much
    /// later.</summary>
    internal static readonly TimeSpan LeastPeriod = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource ending = new();
    private readonly Lock gate = new();
    private volatile TokenKeys? current;

    // Used only by the fetch; there is one at a time.
    private byte[] content = [];
    private string? lastFailure;

    // Guarded by gate.
    private Task following = Task.CompletedTask;
    private Task fetching = Task.CompletedTask;
    private long? began;

    internal Uri Uri => uri;

    /// <summary>The keys; null until the first successful fetch.</summary>
    internal TokenKeys? Current => current;

    internal void Start() => following = new SurvivingLoop(time).RunAsync(FollowAsync, ending.Token);

    /// <summary>Fetches the keys, or waits for the fetch in progress. Does nothing if the last one was a moment ago. Never fails.</summary>
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

    private async Task FollowAsync(CancellationToken cancellation)
    {
        await RefreshAsync();
        await Task.Delay(lastFailure is null ? Period : LeastPeriod, time, cancellation);
    }

    private async Task FetchAsync()
    {
        try
        {
            var bytes = await client.GetAsync(uri, ending.Token);
            // Unchanged keys stay the same snapshot, so validated tokens stay valid.
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
        catch (Exception e)
        {
            var why = e is OperationCanceledException ? $"no answer within {TokenKeyClient.Timeout.TotalSeconds:0} s" : e.Message;
            metrics.KeyFetchFailed();
            if (why != lastFailure)
                ClientsLog.KeysNotFetched(logger, uri, why);
            lastFailure = why;
        }
    }
}
