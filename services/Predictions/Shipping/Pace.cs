namespace ModelServing.Predictions.Shipping;

/// <summary>
/// How many puts are in flight: one more after as many good ones as there are (additive increase), half as many after the store refused one
/// (multiplicative decrease; Chiu and Jain, 1989), and one while it does not answer.
/// </summary>
internal sealed class Pace(int most)
{
    private readonly Lock changing = new();
    private readonly Queue<TaskCompletionSource> waiting = new();
    private double limit = 1;
    private int inFlight;
    private long cuts;

    /// <summary>The puts that may be in flight.</summary>
    internal int Limit
    {
        get
        {
            lock (changing)
                return (int)limit;
        }
    }

    /// <summary>Waits until another put may begin. Returns a mark for <see cref="Slow"/>.</summary>
    internal async Task<long> EnterAsync(CancellationToken cancellation)
    {
        TaskCompletionSource turn;
        lock (changing)
        {
            if (inFlight < (int)limit)
            {
                inFlight++;
                return cuts;
            }

            turn = new(TaskCreationOptions.RunContinuationsAsynchronously);
            waiting.Enqueue(turn);
        }

        await using var registration = cancellation.UnsafeRegister(static turn => ((TaskCompletionSource)turn!).TrySetCanceled(), turn);
        await turn.Task;
        lock (changing)
            return cuts;
    }

    /// <summary>A put has ended well.</summary>
    internal void Leave()
    {
        lock (changing)
        {
            inFlight--;
            limit = Math.Min(most, limit + (1 / limit));
            Admit();
        }
    }

    /// <summary>The put was given up.</summary>
    internal void Abandon()
    {
        lock (changing)
        {
            inFlight--;
            Admit();
        }
    }

    /// <summary>The store refused or did not answer a put. Puts that began before the last cut do not cut once more.</summary>
    /// <param name="mark">From <see cref="EnterAsync"/>, or from the last call of this method for the same put.</param>
    /// <param name="isAway">Whether the store did not answer.</param>
    internal long Slow(long mark, bool isAway)
    {
        lock (changing)
        {
            if (isAway)
                limit = 1;
            else if (mark == cuts)
                limit = Math.Max(1, limit / 2);
            else
                return cuts;
            return ++cuts;
        }
    }

    private void Admit()
    {
        while (inFlight < (int)limit && waiting.TryDequeue(out var turn))
        {
            if (turn.TrySetResult())
                inFlight++;
        }
    }
}
