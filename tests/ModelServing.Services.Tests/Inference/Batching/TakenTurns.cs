using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Inference.Batching;

/// <summary>Calls that have turns at a model of <see cref="SomeSlowOnnx.LoopOfRows"/> until they are canceled, so that others
/// wait.</summary>
internal static class TakenTurns
{
    // As many as fit into a batch, so no other call joins one of these.
    private const int Rows = 32;

    /// <summary>Takes turns, and returns the calls once they have them all.</summary>
    internal static async Task<List<Task>> TakeAsync(RunningInference service, int turns, CancellationToken held)
    {
        var calls = Enumerable.Range(0, turns).Select(_ => SendAsync(service, Rows, SomeSlowOnnx.Endless, held)).ToList();
        while (true)
        {
            using var leaving = new CancellationTokenSource();
            // A short call waits for a turn, unless one was left.
            var scout = SendAsync(service, 1, 1, leaving.Token);
            await RunningInference.UntilAsync(
                async () => scout.IsCompleted || await service.QueueLengthAsync() > 0, "a call neither ran nor waited");
            if (scout.IsCompleted)
                continue;
            await leaving.CancelAsync();
            await scout.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await RunningInference.UntilAsync(async () => await service.QueueLengthAsync() == 0, "some calls have no turn");
            return calls;
        }
    }

    private static async Task SendAsync(RunningInference service, int rows, long steps, CancellationToken cancellation)
    {
        var data = string.Join(',', Enumerable.Repeat(steps, rows));
        using var message = new HttpRequestMessage(HttpMethod.Post, "/v2/models/m/infer")
        {
            Headers = { { "X-Request-Timeout", "600000" } },
            Content = new StringContent(
                $$"""{"inputs":[{"name":"count","shape":[{{rows}}],"datatype":"INT64","data":[{{data}}]}]}"""),
        };
        using var answer = await service.Client.SendAsync(message, cancellation);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(cancellation));
    }
}
