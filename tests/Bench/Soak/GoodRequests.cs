using System.Diagnostics;
using System.Net;
using System.Text;

namespace ModelServing.Bench.Soak;

/// <summary>Sends small requests to models under attack, through the router, and counts how they end.</summary>
internal sealed class GoodRequests : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly TimeSpan deadline;
    private readonly CancellationTokenSource stopping = new();
    // A host at its limit may close a connection that is idle for ten seconds, just when a request is sent on it.
    private readonly HttpClient client =
        new(new SocketsHttpHandler { PooledConnectionIdleTimeout = TimeSpan.FromSeconds(5) }) { Timeout = TimeSpan.FromSeconds(60) };
    private readonly Lock counting = new();
    private readonly Task[] sending;
    private GoodCounts counts = new();

    /// <param name="requests">The address of each model, and a request that it answers well at any time.</param>
    /// <param name="deadline">The time of a request.</param>
    internal GoodRequests(IEnumerable<(Uri Address, string Body)> requests, TimeSpan deadline)
    {
        this.deadline = deadline;
        sending = [.. requests.Select(request => Task.Run(() => SendAsync(request.Address, request.Body)))];
    }

    /// <summary>Whether a request was answered since the last <see cref="Take"/>.</summary>
    internal bool AnyAnswered
    {
        get
        {
            lock (counting)
                return counts.Answered > 0;
        }
    }

    /// <summary>Returns the counts since the last call.</summary>
    internal GoodCounts Take()
    {
        lock (counting)
        {
            var taken = counts;
            counts = new GoodCounts();
            return taken;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await Task.WhenAll(sending);
        client.Dispose();
        stopping.Dispose();
    }

    private async Task SendAsync(Uri address, string body)
    {
        while (!stopping.IsCancellationRequested)
        {
            var began = Stopwatch.GetTimestamp();
            var (fault, isBusy) = await SendOneAsync(address, body);
            var elapsed = Stopwatch.GetElapsedTime(began);
            if (fault is null && !isBusy && elapsed > deadline)
                fault = $"answered after {elapsed.TotalSeconds:0.0} s";
            lock (counting)
                counts.Add(elapsed, isBusy, fault is null ? null : $"{address.AbsolutePath}: {fault}");
            await Task.Delay(Pause, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // A refusal that says when to try again is not a fault; it is counted apart.
    private async Task<(string? Fault, bool IsBusy)> SendOneAsync(Uri address, string body)
    {
        try
        {
            using var content = new StringContent(body, Encoding.UTF8, "application/json");
            using var answer = await client.PostAsync(address, content, CancellationToken.None);
            if (answer.StatusCode == HttpStatusCode.OK)
                return (null, false);
            if (answer.StatusCode == HttpStatusCode.ServiceUnavailable && answer.Headers.RetryAfter is not null)
                return (null, true);
            return ($"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(CancellationToken.None)}", false);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return (e.InnerException?.Message ?? e.Message, false);
        }
    }
}
