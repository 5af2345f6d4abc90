using StackExchange.Redis;

namespace ModelServing.Cache;

/// <summary>Commands that are carried out together, or not at all (MULTI/EXEC). All their keys are in one slot.</summary>
internal static class CacheTransaction
{
    /// <summary>Runs a transaction.</summary>
    /// <param name="cache">The connection.</param>
    /// <param name="failure">The beginning of the message if it fails.</param>
    /// <param name="queue">Adds the conditions and the commands, and returns the answer.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    /// <returns>Whether it was carried out, and the answer. It is not if a condition does not hold.</returns>
    /// <exception cref="CacheException">It is unknown whether it was carried out.</exception>
    internal static Task<(bool IsDone, T? Answer)> RunAsync<T>(
        CacheConnection cache, string failure, Func<ITransaction, Task<T>> queue, CancellationToken cancellation) => cache.QueryAsync(
            failure,
            async multiplexer =>
            {
                var transaction = multiplexer.GetDatabase().CreateTransaction();
                var answer = queue(transaction);
                var isDone = false;
                try
                {
                    isDone = await transaction.ExecuteAsync();
                    return isDone ? (true, await answer) : (false, default(T));
                }
                finally
                {
                    // The queued commands fail as well, or never end.
                    if (!isDone)
                    {
                        _ = answer.ContinueWith(
                            static failed => _ = failed.Exception,
                            CancellationToken.None,
                            TaskContinuationOptions.OnlyOnFaulted,
                            TaskScheduler.Default);
                    }
                }
            },
            cancellation);
}
