using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Headers;
using ModelServing.Contracts;
using ModelServing.Sample;
using ModelServing.TestKit.Sample;

namespace ModelServing.EndToEnd.Tests;

/// <summary>Callers that send the sample's rows until disposal. Without an end, each pauses between two requests, so that the processor has
/// time for what the test waits for.</summary>
internal sealed class Load : IAsyncDisposable
{
    internal static readonly IReadOnlyList<SampleRow> Rows = SampleReplay.Rows();

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = MsProcess.Timeout };
    private readonly CancellationTokenSource ending = new();
    private readonly ConcurrentQueue<Answer> answers = new();
    private readonly Task callers;
    private int next = -1;

    /// <summary>Starts the callers.</summary>
    internal Load(Uri api, int connections = 8, int most = int.MaxValue, string model = SampleArtifacts.ModelName) =>
        callers = Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(async () =>
    {
        while (!ending.IsCancellationRequested && Interlocked.Increment(ref next) is var row && row < most)
        {
            answers.Enqueue(await SendAsync(http, new Uri(api, $"/v2/models/{model}/infer"), row % Rows.Count));
            if (most == int.MaxValue)
                await Task.Delay(Pause);
        }
    })));

    /// <summary>All answers so far.</summary>
    internal Answer[] Answers => [.. answers];

    /// <summary>Sends one row.</summary>
    internal static async Task<Answer> SendAsync(HttpClient http, Uri path, int row)
    {
        var data = string.Join(',', Rows[row].Features.ToArray().Select(feature => feature.ToString("R", CultureInfo.InvariantCulture)));
        using var content = new StringContent($$"""{"inputs":[{"name":"features","shape":[1,15],"datatype":"FP32","data":[{{data}}]}]}""");
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        try
        {
            using var answer = await http.PostAsync(path, content);
            var body = await answer.Content.ReadAsStringAsync();
            return new Answer(
                row,
                (int)answer.StatusCode,
                Header(answer, HeaderNames.ModelVariant),
                Header(answer, HeaderNames.ModelVersion),
                answer.Content.Headers.ContentType?.MediaType ?? "",
                answer.Headers.RetryAfter?.Delta,
                body,
                Header(answer, HeaderNames.ModelFailover));
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return new Answer(row, 0, "", "", "", null, e.ToString(), "");
        }
    }

    /// <summary>Waits until the callers have sent all rows.</summary>
    internal Task FinishAsync() => callers.WaitAsync(MsProcess.Timeout);

    /// <summary>Waits for a number of further answers.</summary>
    internal async Task MoreAsync(int count)
    {
        var until = answers.Count + count;
        await Until.TrueAsync(() => answers.Count >= until, () => $"{count} more answers never came");
    }

    /// <summary>Waits until the canary's share of the newest answers fulfils a condition.</summary>
    /// <param name="isReached">The condition.</param>
    /// <param name="more">What else the failure says; null for nothing.</param>
    internal async Task CanaryShareAsync(Func<double, bool> isReached, Func<string>? more = null)
    {
        const int Newest = 400;
        var since = answers.Count;
        double Share() =>
            answers.Count - since < Newest ? double.NaN : Answers[^Newest..].Count(answer => answer.Variant == "canary") / (double)Newest;
        await Until.TrueAsync(
            () => Share() is var share && !double.IsNaN(share) && isReached(share),
            () => $"the canary's share stays at {Share():P1}{more?.Invoke()}");
    }

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        await callers;
        ending.Dispose();
        http.Dispose();
    }

    private static string Header(HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) ? string.Join(',', values) : "";
}
