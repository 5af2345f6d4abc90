using ModelServing.Hosting.Memory;
using ModelServing.Inference.Models;

namespace ModelServing.Inference.Memory;

/// <summary>Work on the bytes of large requests and answers, which keeps a thread for long. No more of it goes on than there are
/// processors, and the pool has another thread for each meanwhile. So large requests of one client leave the others their part of the
/// processors, and a thread.</summary>
internal sealed class LongWork : IDisposable
{
    /// <summary>Work on fewer bytes takes less than a millisecond.</summary>
    internal const int LeastBytes = 64 * 1024;

    private readonly SemaphoreSlim places = new(Environment.ProcessorCount);
    private readonly Lock changing = new();
    private readonly PoolRoom room = new();
    private int running;

    /// <summary>Begins work as soon as there is a place. It ends when the returned value is disposed of.</summary>
    /// <param name="time">How long it may wait.</param>
    /// <param name="left">Cancelled when its caller leaves.</param>
    /// <exception cref="OverBudgetException">There was no place in that time, because of other requests.</exception>
    internal async ValueTask<Running> BeginAsync(TimeSpan time, CancellationToken left)
    {
        if (!await places.WaitAsync(time, left))
            throw new OverBudgetException("Other large requests keep this process busy for longer than this one has time; retry later");
        Change(1);
        return new Running(this);
    }

    public void Dispose() => places.Dispose();

    private void Change(int by)
    {
        lock (changing)
            room.Set(running += by);
    }

    private void End()
    {
        Change(-1);
        places.Release();
    }

    internal readonly struct Running(LongWork? work) : IDisposable
    {
        // A default value is not work.
        public void Dispose() => work?.End();
    }
}
