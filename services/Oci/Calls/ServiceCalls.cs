using ModelServing.Contracts.Reliability;
using Oci.Common;
using Oci.Common.Retry;
using Polly;
using Polly.Retry;

namespace ModelServing.Oci.Calls;

/// <summary>
/// Makes every call of an SDK client. It adds what the SDK lacks: prompt cancellation, a time limit for each attempt, and a bounded number
/// of retries after transient failures, with exponential and jittered delays.
/// </summary>
/// <remarks>
/// <code>
/// 1 identity   obtain it; a failure is the identity's, not the service's
/// 2 attempt    on a thread of the pool, because signing blocks before the SDK's first await
/// 3 wait       for the response, the caller's token or the attempt's time limit, whichever is first
/// 4 abandon    an attempt whose wait ended: its connection is closed, its response disposed
/// 5 retry      after a transient failure; Retry-After is ignored, because the SDK's exceptions keep no headers
/// </code>
/// </remarks>
/// <typeparam name="TClient">The SDK's client.</typeparam>
internal sealed class ServiceCalls<TClient>(SignedClient<TClient> client, OciService service, CallLimits limits, TimeProvider time)
    where TClient : ClientBase
{
    // A retry strategy has one retry at least.
    private readonly ResiliencePipeline pipeline = limits.Retries == 0
        ? ResiliencePipeline.Empty
        : new ResiliencePipelineBuilder { TimeProvider = time }
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

    // It allows no retry of the SDK's own. It is needed because the SDK passes the caller's token on to the connection only in a call that
    // has a retry configuration. Its total time must never end a call: the SDK would turn that into a response of its own.
    private static RetryConfiguration OneAttempt => new()
    {
        MaxAttempts = 0,
        RetryableErrors = [],
        RetryableStatusCodeFamilies = [],
        TotalElapsedTimeInSecs = 24 * 60 * 60,
    };

    /// <summary>Makes a call, and repeats it after transient failures.</summary>
    /// <param name="call">The call. It must pass the retry configuration and the token on to the client.</param>
    /// <param name="cancellation">Ends the call at once.</param>
    /// <param name="bodyBytes">How many bytes the request sends.</param>
    /// <param name="onFailure">Gets each failure, before the next attempt.</param>
    /// <param name="part">Returns the part of the answer that the caller needs. An answer without it is damaged: the SDK reads an empty
    /// body, the text <c>null</c> and a stream of events as nothing.</param>
    /// <exception cref="ServiceFailure">The last attempt failed, or a failure was not transient.</exception>
    internal async Task<T> CallAsync<T>(
        Func<TClient, RetryConfiguration, CancellationToken, Task<T>> call,
        CancellationToken cancellation,
        long bodyBytes = 0,
        Action<ServiceFailure>? onFailure = null,
        Func<T, object?>? part = null) =>
        await pipeline.ExecuteAsync(
            async token =>
            {
                try
                {
                    var answer = await AttemptAsync(call, limits.AttemptFor(bodyBytes), token);
                    return part is null || part(answer) is not null ? answer : throw ServiceFailure.Incomplete(service);
                }
                catch (Exception e)
                {
                    // If the caller cancelled at that very moment, it gets an OperationCanceledException and not the SDK's failure.
                    token.ThrowIfCancellationRequested();
                    var failure = ServiceFailure.From(e, service, client.Identity);
                    onFailure?.Invoke(failure);
                    throw failure;
                }
            },
            cancellation);

    private async Task<T> AttemptAsync<T>(
        Func<TClient, RetryConfiguration, CancellationToken, Task<T>> call, TimeSpan limit, CancellationToken cancellation)
    {
        using var timer = new TimeLimit(limit, time, cancellation);
        var token = timer.Token;
        // 1
        await ObtainIdentityAsync(limit, token, cancellation);
        // 2
        var running = Task.Run(() => call(client.Client, OneAttempt, token), CancellationToken.None);
        try
        {
            // 3
            return await running.WaitAsync(token);
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            // 4
            _ = running.ContinueWith(Abandon, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            cancellation.ThrowIfCancellationRequested();
            throw new TimeoutException($"none within {limit.TotalSeconds:0.#} s");
        }
    }

    private async Task ObtainIdentityAsync(TimeSpan limit, CancellationToken token, CancellationToken cancellation)
    {
        try
        {
            await client.Identity.ObtainAsync(token);
        }
        catch (Exception e)
        {
            cancellation.ThrowIfCancellationRequested();
            throw ServiceFailure.FromIdentity(
                token.IsCancellationRequested ? new TimeoutException($"no answer within {limit.TotalSeconds:0.#} s", e) : e,
                client.Identity);
        }
    }

    private static void Abandon<T>(Task<T> attempt)
    {
        if (attempt.IsCompletedSuccessfully)
            (attempt.Result as global::Oci.Common.IOciResponse)?.httpResponseMessage?.Dispose();
        else
            _ = attempt.Exception;
    }
}
