namespace ModelServing.Contracts.Reliability;

/// <summary>
/// A loop that no exception ends. Every background loop of every program is one: an exception is reported, and the next round begins after
/// a wait that doubles with each failure in a row.
/// </summary>
/// <param name="time">Measures the waits.</param>
/// <param name="failed">Receives each failure; null for a loop whose rounds report by themselves.</param>
/// <param name="recovered">Called once the loop works again after a failure.</param>
/// <param name="pauses">The waits; null for 250 ms, then twice as long each time, up to 15 s.</param>
public sealed class SurvivingLoop(
    TimeProvider time, Action<LoopFailure>? failed = null, Action? recovered = null, Backoff? pauses = null)
{
    private static readonly Backoff Default = new(TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(15));

    private readonly Backoff pauses = pauses ?? Default;
    private int failures;

    /// <summary>Runs rounds until it is canceled. Never throws.</summary>
    public Task RunAsync(Func<CancellationToken, Task> round, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(round);
        return RunUntilDoneAsync(
            async token =>
            {
                await round(token);
                return false;
            },
            cancellation);
    }

    /// <summary>Runs rounds until one of them returns true, or until it is canceled. Never throws.</summary>
    public async Task RunUntilDoneAsync(Func<CancellationToken, Task<bool>> round, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(round);
        while (!cancellation.IsCancellationRequested)
        {
            TimeSpan pause;
            try
            {
                var isDone = await round(cancellation);
                Succeed();
                if (isDone)
                    return;
                continue;
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                failures++;
                pause = pauses.After(failures);
                Report(() => failed?.Invoke(new LoopFailure(e, failures, pause)));
            }

            await Task.Delay(pause, time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Runs something that goes on until it is canceled, and begins it again whenever it ends in another way. It should call
    /// <see cref="Succeed"/> after each piece of its work.</summary>
    public Task FollowAsync(Func<CancellationToken, Task> follow, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(follow);
        return RunUntilDoneAsync(
            async token =>
            {
                await follow(token);
                token.ThrowIfCancellationRequested();
                throw new InvalidOperationException("it ended by itself");
            },
            cancellation);
    }

    /// <summary>Records that the loop works. A round that ends does so by itself.</summary>
    public void Succeed()
    {
        if (failures == 0)
            return;
        failures = 0;
        Report(() => recovered?.Invoke());
    }

    // A report that fails must not end the loop either, and there is nothing left to report it to.
    private static void Report(Action report)
    {
        try
        {
            report();
        }
        catch (Exception)
        {
        }
    }
}
