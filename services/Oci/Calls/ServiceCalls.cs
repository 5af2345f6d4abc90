using ModelServing.Contracts.Reliability;
using Oci.Common;
using Oci.Common.Retry;
using Polly;
using Polly.Retry;

namespace ModelServing.Oci.Calls;

/// <summary>
/// Every call of the SDK's client goes through here, and gets what the SDK does not give by itself: cancellation that is prompt, a time
/// that an attempt may take, and a bounded number of further attempts, with growing and scattered waits, when one of them can help.
/// </summary>
/// <remarks>
/// <code>
/// 1 attempt    on a thread of the pool: signing, and getting a token for it, blocks before the SDK's first await
/// 2 wait       for it, for the caller's token or for the attempt's time, whichever is first
/// 3 let go     of an attempt that is not waited for any more: its connection is closed, its answer disposed
/// 4 again      after a failure that passes; a Retry-After can't be heeded, as the SDK's exceptions keep no headers
/// </code>
/// </remarks>
/// <typeparam name="TClient">The client.</typeparam>
internal sealed class ServiceCalls<TClient>(TClient client, OciService service, CallLimits limits, TimeProvider time)
    where TClient : ClientBase
{
    private readonly ResiliencePipeline pipeline = new ResiliencePipelineBuilder { TimeProvider = time }
        .AddRetry(new RetryStrategyOptions
        {
            MaxRetryAttempts = limits.Retries,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = limits.FirstDelay,
            MaxDelay = limits.LongestDelay,
            ShouldHandle = new PredicateBuilder().Handle<ServiceFailure>(static failure => failure.IsTransient),
        })
        .Build();

    // It retries nothing. But only a call that has one hands the caller's token on to the connection, and it must not be ended by that
    // one's own time: it makes an answer of its own of it.
    private static RetryConfiguration OneAttempt => new() { MaxAttempts = 0, RetryableErrors = [], RetryableStatusCodeFamilies = [], TotalElapsedTimeInSecs = 24 * 60 * 60 };

    /// <summary>Asks until there is an answer, or none is to be had.</summary>
    /// <param name="call">The call of the client, with the retry configuration and the token that it has to be given.</param>
    /// <param name="cancellation">Gives up at once.</param>
    /// <param name="sends">The bytes that are sent.</param>
    /// <param name="failed">Told each failure, before another attempt is made.</param>
    /// <exception cref="ServiceFailure">There is none.</exception>
    internal async Task<T> AskAsync<T>(
        Func<TClient, RetryConfiguration, CancellationToken, Task<T>> call, CancellationToken cancellation, long sends = 0, Action<ServiceFailure>? failed = null) =>
        await pipeline.ExecuteAsync(
            async stop =>
            {
                try
                {
                    return await AttemptAsync(call, limits.AttemptFor(sends), stop);
                }
                catch (Exception e) when (ServiceFailure.From(e, service) is { } failure)
                {
                    // Whoever gave up in the moment in which the answer came is told that, and nothing of the SDK's.
                    stop.ThrowIfCancellationRequested();
                    failed?.Invoke(failure);
                    throw failure;
                }
            },
            cancellation);

    private async Task<T> AttemptAsync<T>(Func<TClient, RetryConfiguration, CancellationToken, Task<T>> call, TimeSpan longest, CancellationToken cancellation)
    {
        using var limit = new TimeLimit(longest, time, cancellation);
        // 1
        var token = limit.Token;
        var running = Task.Run(() => call(client, OneAttempt, token), CancellationToken.None);
        try
        {
            // 2
            return await running.WaitAsync(token);
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            // 3
            _ = running.ContinueWith(LetGo, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            cancellation.ThrowIfCancellationRequested();
            throw new TimeoutException($"none within {longest.TotalSeconds:0.#} s");
        }
    }

    private static void LetGo<T>(Task<T> orphan)
    {
        if (orphan.IsCompletedSuccessfully)
            (orphan.Result as global::Oci.Common.IOciResponse)?.httpResponseMessage?.Dispose();
        else
            _ = orphan.Exception;
    }
}
