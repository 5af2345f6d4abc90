using System.Text.Json.Nodes;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Inference.Batching;

/// <summary>The run of a batch is ended in the runtime when no caller waits for it any more.</summary>
public sealed class BatchEndTests : IDisposable
{
    private readonly CancellationTokenSource leaving = new();

    public void Dispose() => leaving.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_run_of_a_batch_that_nobody_waits_for_ends_and_its_turn_is_free(bool theyLeave)
    {
        await using var service = await StartAsync();
        using var holding = new CancellationTokenSource();
        var holder = Assert.Single(await TakenTurns.TakeAsync(service, 1, holding.Token));
        var endless = Enumerable.Range(0, 4)
            .Select(_ => SendAsync(service, SomeSlowOnnx.Endless, theyLeave ? 600_000 : 2000, leaving.Token))
            .ToList();
        await service.UntilMetricsMatch(@"modelserving_inference_queue_length\{[^}]*\} 4");
        // Now they become one batch.
        await holding.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => holder);
        if (theyLeave)
        {
            await service.UntilMetricsMatch(@"modelserving_inference_queue_length\{[^}]*\} [0-3]");
            await leaving.CancelAsync();
            foreach (var one in endless)
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => one);
        }
        else
        {
            Assert.All(await Task.WhenAll(endless), static answer => Assert.Equal(504, answer.Status));
        }

        // With one turn, a run that goes on would keep all others from theirs.
        var next = await SendAsync(service, 7, 60_000, TestContext.Current.CancellationToken);
        Assert.True(next.Status == 200, next.Body);
        Assert.Equal(7, JsonNode.Parse(next.Body)!["outputs"]![0]!["data"]![0]!.GetValue<int>());
        Assert.DoesNotContain(service.Log, static line => line.Message.Contains("can't be ended", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_caller_that_leaves_a_batch_takes_no_answer_from_the_others()
    {
        await using var service = await StartAsync();
        using var holding = new CancellationTokenSource();
        var holder = Assert.Single(await TakenTurns.TakeAsync(service, 1, holding.Token));
        var left = SendAsync(service, SomeSlowOnnx.Endless, 600_000, leaving.Token);
        var others = Enumerable.Range(1, 4)
            .Select(steps => SendAsync(service, steps, 60_000, TestContext.Current.CancellationToken))
            .ToList();
        await service.UntilMetricsMatch(@"modelserving_inference_queue_length\{[^}]*\} 5");
        await holding.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => holder);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        Assert.All(await Task.WhenAll(others), static answer => Assert.True(answer.Status == 200, answer.Body));
    }

    private static Task<RunningInference> StartAsync() => RunningInference.StartAsync(
        SomeSlowOnnx.LoopOfRows(), static settings => settings with { Concurrency = 1 });

    private static async Task<InferenceReply> SendAsync(
        RunningInference service, long steps, int milliseconds, CancellationToken cancellation)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, "/v2/models/m/infer")
        {
            Headers = { { "X-Request-Timeout", $"{milliseconds}" } },
            Content = new StringContent(
                $$"""{"inputs":[{"name":"count","shape":[1],"datatype":"INT64","data":[{{steps}}]}]}"""),
        };
        using var answer = await service.Client.SendAsync(message, cancellation);
        return new InferenceReply((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(cancellation), null);
    }
}
