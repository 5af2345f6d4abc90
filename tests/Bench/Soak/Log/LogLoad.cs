using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using ModelServing.Contracts;

namespace ModelServing.Bench.Soak.Log;

/// <summary>Sends requests as a router does, each with an identifier and a number of its own, and notes which were answered.</summary>
internal sealed class LogLoad : IAsyncDisposable
{
    private readonly CancellationTokenSource stopping = new();
    private readonly HttpClient client = new() { Timeout = TimeSpan.FromSeconds(20) };
    private readonly ConcurrentQueue<TimeSpan> latencies = new();
    private readonly Task senders;
    private int number;
    private int failed;

    /// <param name="infer">The address.</param>
    /// <param name="connections">How many requests are in flight at a time.</param>
    /// <param name="perSecond">The rate; null for as many as the service answers.</param>
    internal LogLoad(Uri infer, int connections, int? perSecond = null)
    {
        var gap = perSecond is { } rate ? TimeSpan.FromSeconds((double)connections / rate) : TimeSpan.Zero;
        senders = Task.WhenAll(Enumerable.Range(0, connections).Select(i => Task.Run(() => SendAsync(infer, gap))));
    }

    /// <summary>The answered requests, and the number that each sent.</summary>
    internal ConcurrentDictionary<string, int> Answered { get; } = new();

    /// <summary>The requests without an answer of 200.</summary>
    internal int Failed => Volatile.Read(ref failed);

    /// <summary>Returns the percentile of the latencies since the last call.</summary>
    internal TimeSpan TakeLatency(double percentile)
    {
        var taken = new List<TimeSpan>();
        while (latencies.TryDequeue(out var one))
            taken.Add(one);
        taken.Sort();
        return taken.Count == 0 ? TimeSpan.Zero : taken[Math.Min(taken.Count - 1, (int)(taken.Count * percentile))];
    }

    internal async Task StopAsync()
    {
        await stopping.CancelAsync();
        await senders;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        client.Dispose();
        stopping.Dispose();
    }

    private async Task SendAsync(Uri infer, TimeSpan gap)
    {
        var next = Stopwatch.GetTimestamp();
        while (!stopping.IsCancellationRequested)
        {
            if (gap > TimeSpan.Zero)
            {
                next += (long)(gap.TotalSeconds * Stopwatch.Frequency);
                var early = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), next);
                if (early > TimeSpan.Zero)
                    await Task.Delay(early);
            }

            await SendOneAsync(infer, Interlocked.Increment(ref number) & 0xff_ffff);
        }
    }

    private async Task SendOneAsync(Uri infer, int value)
    {
        var id = Ulid.NewUlid().ToString();
        using var request = new HttpRequestMessage(HttpMethod.Post, infer)
        {
            Headers = { { HeaderNames.RequestId, id }, { HeaderNames.ModelVariant, "canary" }, { HeaderNames.ModelTrial, "1" } },
            Content = new StringContent(
                $$"""{"inputs":[{"name":"x","shape":[1,1],"datatype":"FP32","data":[{{value.ToString(CultureInfo.InvariantCulture)}}]}]}""",
                Encoding.UTF8,
                "application/json"),
        };
        var began = Stopwatch.GetTimestamp();
        try
        {
            using var answer = await client.SendAsync(request);
            _ = await answer.Content.ReadAsByteArrayAsync();
            if (answer.IsSuccessStatusCode)
            {
                Answered[id] = value;
                latencies.Enqueue(Stopwatch.GetElapsedTime(began));
                return;
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException or TaskCanceledException)
        {
            // The process was killed. The rest of the requests would only fill the processor until it is back.
            await Task.Delay(5);
        }

        Interlocked.Increment(ref failed);
    }
}
