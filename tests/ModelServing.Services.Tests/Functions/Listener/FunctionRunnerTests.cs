using Microsoft.Extensions.Logging.Abstractions;
using ModelServing.Contracts.Functions;
using ModelServing.Functions.Listener;

namespace ModelServing.Services.Tests.Functions.Listener;

/// <summary>The calls that wait for their turn.</summary>
public sealed class FunctionRunnerTests : IDisposable
{
    private const int MostWaiting = 16;

    private readonly SomeHandler handler = new();
    private readonly FunctionRunner runner;

    public FunctionRunnerTests() =>
        runner = new FunctionRunner(FunctionName.Rollback, () => handler, TimeProvider.System, NullLogger.Instance);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => runner.Dispose();

    [Fact]
    public async Task Calls_that_were_answered_or_refused_do_not_wait_any_more()
    {
        for (var round = 0; round < 3; round++)
        {
            var go = new TaskCompletionSource<FunctionAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
            handler.Answer = (_, _) => go.Task;
            var running = CallAsync();
            var waiting = Enumerable.Range(0, MostWaiting).Select(_ => CallAsync()).ToList();
            for (var i = 0; i < 2 * MostWaiting; i++)
                Assert.Equal(503, (await CallAsync()).Answer.Status);
            Assert.All(waiting, static call => Assert.False(call.IsCompleted));
            go.SetResult(SomeHandler.Fine);
            foreach (var call in waiting.Prepend(running))
                Assert.Equal(200, (await call).Answer.Status);
        }
    }

    [Fact]
    public async Task A_call_whose_caller_left_does_not_wait_any_more()
    {
        var go = new TaskCompletionSource<FunctionAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        handler.Answer = (_, _) => go.Task;
        var running = CallAsync();
        for (var i = 0; i < 2 * MostWaiting; i++)
        {
            using var gone = new CancellationTokenSource();
            var left = runner.RunAsync(Call(), gone.Token);
            await gone.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        }

        var next = CallAsync();
        go.SetResult(SomeHandler.Fine);
        Assert.Equal((200, 200), ((await running).Answer.Status, (await next).Answer.Status));
    }

    private static FunctionCall Call() => new("call", ReadOnlyMemory<byte>.Empty, new Dictionary<string, string>(), null);

    private Task<FunctionResult> CallAsync() => runner.RunAsync(Call(), Token);
}
