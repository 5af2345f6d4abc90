using ModelServing.Contracts.Reliability;

namespace ModelServing.Predictions.Shipping;

/// <summary>
/// How many puts are in flight: one more after as many good ones as there are (additive increase), half as many after the store refused one
/// (multiplicative decrease; Chiu and Jain, 1989), and one while it does not answer. After each such cut no put begins for a while, longer
/// each time until one ends well. So a store that does not work gets few calls, and one that works again gets all at once what waits.
/// </summary>
/// <param name="most">The most puts in flight.</param>
/// <param name="time">Measures the pauses.</param>
internal sealed class Pace(int most, TimeProvider time)
{
    /// <summary>The pauses after one failure, two in a row, and so on. Each is made longer or shorter by up to its half.</summary>
    internal static readonly Backoff Pauses = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(5));

    private readonly Lock changing = new();
    private readonly Queue<TaskCompletionSource<PaceMark>> waiting = new();
    private double limit = 1;
    private int inFlight;
    private int failures;
    private bool isPausing;
    private PaceMark seen;

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
    internal async Task<PaceMark> EnterAsync(CancellationToken cancellation)
    {
        TaskCompletionSource<PaceMark> turn;
        lock (changing)
        {
            if (IsOpen)
            {
                inFlight++;
                return seen;
            }

            turn = new(TaskCreationOptions.RunContinuationsAsynchronously);
            waiting.Enqueue(turn);
        }

        await using var registration = cancellation.UnsafeRegister(
            static turn => ((TaskCompletionSource<PaceMark>)turn!).TrySetCanceled(), turn);
        return await turn.Task;
    }

    /// <summary>A put has ended well.</summary>
    internal void Leave()
    {
        lock (changing)
        {
            inFlight--;
            failures = 0;
            seen = seen with { Good = seen.Good + 1 };
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

    /// <summary>The store refused or did not answer a put, which must enter again. Puts that began before the last cut do not cut once
    /// more.</summary>
    /// <param name="mark">From <see cref="EnterAsync"/>.</param>
    /// <param name="isAway">Whether the store did not answer.</param>
    /// <returns>Whether others ended well meanwhile, so that it may be this one's fault.</returns>
    internal bool Slow(PaceMark mark, bool isAway)
    {
        lock (changing)
        {
            inFlight--;
            if (mark.Cuts == seen.Cuts)
            {
                seen = seen with { Cuts = seen.Cuts + 1 };
                limit = isAway ? 1 : Math.Max(1, limit / 2);
                isPausing = true;
                _ = PauseAsync(Pauses.After(++failures) * (0.5 + Random.Shared.NextDouble()));
            }

            Admit();
            return seen.Good > mark.Good;
        }
    }

    private bool IsOpen => !isPausing && inFlight < (int)limit;

    // There is one at a time: a put that began after the last cut began after its pause.
    private async Task PauseAsync(TimeSpan pause)
    {
        await Task.Delay(pause, time);
        lock (changing)
        {
            isPausing = false;
            Admit();
        }
    }

    private void Admit()
    {
        while (IsOpen && waiting.TryDequeue(out var turn))
        {
            if (turn.TrySetResult(seen))
                inFlight++;
        }
    }
}
