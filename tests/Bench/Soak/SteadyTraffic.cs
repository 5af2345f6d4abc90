using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Headers;
using ModelServing.Contracts;

namespace ModelServing.Bench.Soak;

/// <summary>Requests at a steady rate, whatever the answers take: each has its moment, and none waits for the one before.</summary>
internal sealed class SteadyTraffic : IAsyncDisposable
{
    private static readonly byte[] Body = """{"inputs":[]}"""u8.ToArray();

    private readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false, MaxConnectionsPerServer = 256 });
    private readonly CancellationTokenSource ending = new();
    private readonly ConcurrentQueue<SteadyAnswer> answers = new();
    private readonly Task sending;

    internal SteadyTraffic(Uri target, int perSecond) => sending = Task.Run(() => SendAsync(target, perSecond));

    /// <summary>What came since it was asked last.</summary>
    internal List<SteadyAnswer> Take()
    {
        var taken = new List<SteadyAnswer>();
        while (answers.TryDequeue(out var answer))
            taken.Add(answer);
        return taken;
    }

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        await sending;
        http.Dispose();
        ending.Dispose();
    }

    private async Task SendAsync(Uri target, int perSecond)
    {
        var began = Stopwatch.GetTimestamp();
        var inFlight = new ConcurrentDictionary<Task, bool>();
        for (var sent = 0L; !ending.IsCancellationRequested; sent++)
        {
            var due = TimeSpan.FromSeconds((double)sent / perSecond) - Stopwatch.GetElapsedTime(began);
            if (due > TimeSpan.Zero)
                await Task.Delay(due, CancellationToken.None);
            var one = AskAsync(target);
            inFlight[one] = true;
            _ = one.ContinueWith(done => inFlight.TryRemove(done, out _), TaskScheduler.Default);
        }

        await Task.WhenAll(inFlight.Keys);
    }

    private async Task AskAsync(Uri target)
    {
        var began = Stopwatch.GetTimestamp();
        try
        {
            using var content = new ByteArrayContent(Body);
            content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using var answer = await http.PostAsync(target, content, CancellationToken.None);
            _ = await answer.Content.ReadAsByteArrayAsync(CancellationToken.None);
            answers.Enqueue(new SteadyAnswer((int)answer.StatusCode, answer.Headers.Contains(HeaderNames.ModelFailover), Of(answer, HeaderNames.ModelVariant), Stopwatch.GetElapsedTime(began)));
        }
        catch (HttpRequestException)
        {
            answers.Enqueue(new SteadyAnswer(0, false, "", Stopwatch.GetElapsedTime(began)));
        }

        static string Of(HttpResponseMessage answer, string header) => answer.Headers.TryGetValues(header, out var values) ? string.Join(',', values) : "";
    }
}

/// <summary>What came back for one request.</summary>
/// <param name="Status">The status; 0 where there was no answer.</param>
/// <param name="WasRetried">Stable answered in place of the canary.</param>
/// <param name="Variant">Who answered.</param>
/// <param name="Took">How long it took.</param>
internal sealed record SteadyAnswer(int Status, bool WasRetried, string Variant, TimeSpan Took);
