using System.Collections.Concurrent;
using System.Diagnostics;
using ModelServing.Contracts;

namespace ModelServing.Bench.Soak;

/// <summary>Sends requests at a steady rate, to one address after another, whether answers come or not.</summary>
internal sealed class SoakLoad : IAsyncDisposable
{
    internal const int PerSecond = 200;

    private readonly HttpClient client = new(new SocketsHttpHandler { MaxConnectionsPerServer = 256 });
    private readonly CancellationTokenSource stopping = new();
    private readonly ConcurrentQueue<TimeSpan> stable = new();
    private readonly ConcurrentQueue<TimeSpan> retried = new();
    private readonly ConcurrentBag<Task> asking = [];
    private readonly Task sending;
    private int failed;

    internal SoakLoad(IReadOnlyList<Uri> addresses, int perSecond = PerSecond) =>
        sending = Task.Run(() => SendAsync(addresses, perSecond));

    /// <summary>The number of requests without a successful answer.</summary>
    internal int Failed => Volatile.Read(ref failed);

    /// <summary>The median of retried calls minus that of calls that went to stable at first; null if there were none of either.</summary>
    internal TimeSpan? RetryCost => retried.IsEmpty || stable.IsEmpty ? null : Median(retried) - Median(stable);

    /// <summary>Stops, and waits for requests in flight.</summary>
    internal async Task StopAsync()
    {
        await stopping.CancelAsync();
        await sending;
        await Task.WhenAll(asking);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        stopping.Dispose();
        client.Dispose();
    }

    private async Task SendAsync(IReadOnlyList<Uri> addresses, int perSecond)
    {
        var began = Stopwatch.GetTimestamp();
        for (var sent = 0; !stopping.IsCancellationRequested; sent++)
        {
            var early = TimeSpan.FromSeconds((double)sent / perSecond) - Stopwatch.GetElapsedTime(began);
            if (early > TimeSpan.FromMilliseconds(1))
                await Task.Delay(early, CancellationToken.None);
            asking.Add(AskAsync(addresses[sent % addresses.Count]));
        }
    }

    private async Task AskAsync(Uri address)
    {
        await Task.Yield();
        var began = Stopwatch.GetTimestamp();
        try
        {
            using var content = new StringContent("{}");
            using var answer = await client.PostAsync(address, content, CancellationToken.None);
            var took = Stopwatch.GetElapsedTime(began);
            if (!answer.IsSuccessStatusCode)
                Interlocked.Increment(ref failed);
            else if (answer.Headers.Contains(HeaderNames.ModelFailover))
                retried.Enqueue(took);
            else if (answer.Headers.TryGetValues(HeaderNames.ModelVariant, out var variant) && variant.Single() == VariantPlan.Stable)
                stable.Enqueue(took);
        }
        catch (HttpRequestException)
        {
            Interlocked.Increment(ref failed);
        }
    }

    private static TimeSpan Median(IEnumerable<TimeSpan> times)
    {
        var sorted = times.Order().ToArray();
        return sorted[sorted.Length / 2];
    }
}
