using ModelServing.OpenInference.Errors;

namespace ModelServing.OpenInference.Calls;

/// <summary>Makes the attempts at a call, within its time.</summary>
/// <param name="retry">When it is sent again.</param>
/// <param name="time">The clock.</param>
/// <param name="random">A random number from 0 to 1, for each wait.</param>
internal sealed class CallRunner(RetryOptions retry, TimeProvider time, Func<double> random)
{
    // Doubling further would overflow.
    private const int MostDoublings = 20;

    /// <summary>Makes the attempts until one has an answer or no other may follow.</summary>
    /// <param name="timeout">The time for all of them; null for no limit.</param>
    /// <param name="send">Makes an attempt, in the time that is left.</param>
    /// <param name="cancellation">Cancels the call.</param>
    internal async Task<T> RunAsync<T>(
        TimeSpan? timeout, Func<TimeSpan?, CancellationToken, Task<T>> send, CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        using var limit = timeout is { } whole ? new CancellationTokenSource(whole, time) : null;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit?.Token ?? CancellationToken.None);
        var attempt = 0;
        var wait = TimeSpan.Zero;
        while (true)
        {
            try
            {
                if (wait > TimeSpan.Zero)
                    await Task.Delay(wait, time, either.Token);
                attempt++;
                return await send(timeout - time.GetElapsedTime(began), either.Token);
            }
            catch (OperationCanceledException e) when (limit?.IsCancellationRequested == true && !cancellation.IsCancellationRequested)
            {
                throw new OpenInferenceException(
                    CallFault.DeadlineExceeded, $"there was no answer within {timeout!.Value.TotalMilliseconds:0.#} ms", e)
                {
                    Attempts = attempt,
                };
            }
            catch (OpenInferenceException e)
            {
                e.Attempts = attempt;
                var elapsed = time.GetElapsedTime(began);
                wait = WaitAfter(attempt, e.RetryAfter);
                var most = timeout < retry.MaxTime ? timeout.Value : retry.MaxTime;
                if (!e.IsUntouched || attempt >= retry.MaxAttempts || elapsed + wait >= most)
                    throw;
            }
        }
    }

    private TimeSpan WaitAfter(int attempt, TimeSpan? asked)
    {
        var longest = retry.FirstDelay.Ticks * Math.Pow(2, Math.Min(attempt - 1, MostDoublings));
        var own = Math.Min(longest, retry.MaxDelay.Ticks) * (1 - (random() / 2));
        // What the server asks for is the least. Clients that it refused at the same moment come back apart all the same.
        return TimeSpan.FromTicks((long)own) + (asked ?? TimeSpan.Zero);
    }
}
