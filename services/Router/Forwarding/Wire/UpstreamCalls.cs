using System.Collections.Concurrent;

namespace ModelServing.Router.Forwarding.Wire;

/// <summary>All requests to endpoints that are in flight. One sweep checks their deadlines and their clients, so no request
/// needs a timer or a registration of its own.</summary>
internal sealed class UpstreamCalls
{
    // More than this are left to the garbage collector after a burst.
    private const int MostIdle = 512;

    private readonly ConcurrentDictionary<UpstreamCall, bool> calls = new();
    // A bag would be slower: calls begin and end on different threads.
    private readonly ConcurrentQueue<UpstreamCall> idle = new();
    private int idleCount;

    /// <summary>Begins a call that must end by <paramref name="deadline"/> (the clock's timestamp), or when its client leaves.</summary>
    internal UpstreamCall Begin(long deadline, CancellationToken clientLeft)
    {
        if (idle.TryDequeue(out var call))
        {
            Interlocked.Decrement(ref idleCount);
        }
        else
        {
            call = new UpstreamCall();
            calls[call] = true;
        }

        call.Begin(deadline, clientLeft);
        return call;
    }

    /// <summary>Ends a call. It is used for another request unless it was cut off.</summary>
    internal void End(UpstreamCall call)
    {
        if (call.End() && Volatile.Read(ref idleCount) < MostIdle)
        {
            Interlocked.Increment(ref idleCount);
            idle.Enqueue(call);
        }
        else
        {
            calls.TryRemove(call, out _);
        }
    }

    /// <summary>Cuts off all calls whose client has left, or whose deadline is not after <paramref name="now"/>.</summary>
    internal void CutOffDue(long now)
    {
        foreach (var (call, _) in calls)
            call.CutOffIfDue(now);
    }
}
