namespace ModelServing.Contracts.Reliability;

/// <summary>
/// A time limit beside the caller's own cancellation. <see cref="Token"/> is canceled by whichever comes first.
/// <code>
/// using var limit = new TimeLimit(TimeSpan.FromSeconds(5), time, cancellation);
/// await stream.ReadAsync(buffer, limit.Token);
/// </code>
/// <see cref="RunAsync"/> is the short form for one operation whose late answer is a <see cref="TimeoutException"/>.
/// </summary>
public sealed class TimeLimit : IDisposable
{
    private readonly CancellationTokenSource timer;
    private readonly CancellationTokenSource either;

    /// <param name="limit">The longest time; <see cref="Timeout.InfiniteTimeSpan"/> for none.</param>
    /// <param name="time">Measures the limit.</param>
    /// <param name="cancellation">The caller's token.</param>
    public TimeLimit(TimeSpan limit, TimeProvider time, CancellationToken cancellation)
    {
        timer = new CancellationTokenSource(limit, time);
        either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timer.Token);
    }

    public CancellationToken Token => either.Token;

    /// <summary>Whether the time is over. The caller may have canceled as well.</summary>
    public bool IsOver => timer.IsCancellationRequested;

    /// <summary>Runs an operation. An operation that ignores its token is abandoned at the limit; it may complete later.</summary>
    /// <exception cref="TimeoutException">The operation did not complete within <paramref name="limit"/>, or gave up by itself.</exception>
    /// <exception cref="OperationCanceledException">The caller canceled.</exception>
    public static async Task<T> RunAsync<T>(
        Func<CancellationToken, Task<T>> operation, TimeSpan limit, TimeProvider time, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(operation);
        using var limited = new TimeLimit(limit, time, cancellation);
        try
        {
            return await operation(limited.Token).WaitAsync(limited.Token);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"no answer within {limit.TotalSeconds:0.#} s", e);
        }
    }

    public void Dispose()
    {
        either.Dispose();
        timer.Dispose();
    }
}
