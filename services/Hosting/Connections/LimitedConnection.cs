using Microsoft.AspNetCore.Connections;

namespace ModelServing.Hosting.Connections;

/// <summary>A client's connection that counts against the limit.</summary>
internal sealed class LimitedConnection(ConnectionContext connection, long now)
{
    private int requests;
    private long idleSince = now;

    /// <summary>Since when no request is in progress, as the clock's timestamp; null while one is.</summary>
    internal long? IdleSince => Volatile.Read(ref requests) == 0 ? Volatile.Read(ref idleSince) : null;

    /// <summary>Whether it ever had a request.</summary>
    internal bool WasUsed { get; private set; }

    internal void Begin()
    {
        WasUsed = true;
        Interlocked.Increment(ref requests);
    }

    internal void End(long now)
    {
        Volatile.Write(ref idleSince, now);
        Interlocked.Decrement(ref requests);
    }

    internal void Close() => connection.Abort(new ConnectionAbortedException("The connection was idle, and a new one needed its place."));
}
