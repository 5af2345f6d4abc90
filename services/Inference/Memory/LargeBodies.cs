using ModelServing.Hosting.Memory;
using ModelServing.Inference.Models;

namespace ModelServing.Inference.Memory;

/// <summary>Reading a large body keeps a thread for long. No more are read at a time than there are processors, and the pool has another
/// thread for each meanwhile. So large requests of one client leave the others their part of the processors, and a thread.</summary>
internal sealed class LargeBodies : IDisposable
{
    /// <summary>Fewer bytes are read in less than a millisecond.</summary>
    internal const int LeastBytes = 64 * 1024;

    private readonly SemaphoreSlim places = new(Environment.ProcessorCount);
    private readonly Lock changing = new();
    private readonly PoolRoom room = new();
    private int running;

    /// <summary>Waits for a place. Whoever got it reads the body, and then disposes of the returned value.</summary>
    /// <param name="time">How long it may wait.</param>
    /// <param name="left">Cancelled when its caller leaves.</param>
    /// <exception cref="OverBudgetException">There was no place in that time, because of other requests.</exception>
    internal async ValueTask<Place> EnterAsync(TimeSpan time, CancellationToken left)
    {
        if (!await places.WaitAsync(time, left))
            throw new OverBudgetException("Other large requests keep this process busy for longer than this one has time; retry later");
        Change(1);
        return new Place(this);
    }

    public void Dispose() => places.Dispose();

    private void Change(int by)
    {
        lock (changing)
            room.Set(running += by);
    }

    private void Leave()
    {
        Change(-1);
        places.Release();
    }

    /// <summary>A place, which is free again once this is disposed of.</summary>
    internal readonly struct Place(LargeBodies? bodies) : IDisposable
    {
        // A default value has no place.
        public void Dispose() => bodies?.Leave();
    }
}
