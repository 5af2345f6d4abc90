using System.Net;
using System.Text;
using ModelServing.Contracts;
using ModelServing.Router.Forwarding.Wire;

namespace ModelServing.Router.Endpoints;

/// <summary>The live state of one endpoint: its idle connections (the last used comes first), its requests in flight, and its
/// health.</summary>
internal sealed class Endpoint(EndpointEntry entry, OpenConnections open, TimeProvider time)
{
    // More idle connections than this are closed; a burst opens new ones.
    private const int MaxIdle = 512;

    private readonly IPEndPoint address = IPEndPoint.Parse(entry.Address);
    private readonly Lock gate = new();
    private readonly List<UpstreamConnection> idle = [];
    private bool retired;
    private int inFlight;

    internal EndpointEntry Entry => entry;

    internal IPEndPoint Address => address;

    internal EndpointHealth Health { get; } = new(time);

    /// <summary>The number of requests in flight, including those that are still connecting.</summary>
    internal int InFlight => Volatile.Read(ref inFlight);

    /// <summary>The value of the Host header.</summary>
    internal byte[] Host { get; } = Encoding.ASCII.GetBytes(IPEndPoint.Parse(entry.Address).ToString());

    /// <summary>Counts a request as in flight until <see cref="Leave"/>.</summary>
    internal void Enter() => Interlocked.Increment(ref inFlight);

    internal void Leave() => Interlocked.Decrement(ref inFlight);

    /// <summary>Takes an idle connection that is still open; null if there are no more.</summary>
    internal UpstreamConnection? TakeIdle()
    {
        while (true)
        {
            UpstreamConnection connection;
            lock (gate)
            {
                if (idle.Count == 0)
                    return null;
                connection = idle[^1];
                idle.RemoveAt(idle.Count - 1);
            }

            if (connection.TryReuse())
                return connection;
            connection.Dispose();
        }
    }

    /// <summary>Creates a connection that is not connected yet.</summary>
    internal UpstreamConnection Create() => new(address.AddressFamily, open);

    /// <summary>Puts back a connection whose answer was read to its end.</summary>
    internal void PutBack(UpstreamConnection connection, long now)
    {
        connection.Reset();
        connection.IdleSince = now;
        lock (gate)
        {
            if (!retired && idle.Count < MaxIdle)
            {
                idle.Add(connection);
                return;
            }
        }

        connection.Dispose();
    }

    /// <summary>Closes the connections that were put back before <paramref name="then"/>.</summary>
    internal void CloseIdleSince(long then)
    {
        UpstreamConnection[] old;
        lock (gate)
        {
            // The oldest are at the front.
            var count = idle.FindIndex(connection => connection.IdleSince >= then) is var i and >= 0 ? i : idle.Count;
            if (count == 0)
                return;
            old = [.. idle[..count]];
            idle.RemoveRange(0, count);
        }

        foreach (var connection in old)
            connection.Dispose();
    }

    /// <summary>Retires the endpoint, which is in no table any more. Idle connections are closed now, the others once their answer is
    /// read.</summary>
    internal void Retire()
    {
        lock (gate)
            retired = true;
        CloseIdleSince(long.MaxValue);
    }
}
