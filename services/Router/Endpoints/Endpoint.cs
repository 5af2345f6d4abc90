using System.Net;
using System.Text;
using ModelServing.Contracts;
using ModelServing.Router.Forwarding.Wire;

namespace ModelServing.Router.Endpoints;

/// <summary>The live state of one endpoint: its idle connections, the last used first, the requests in flight, its health.</summary>
internal sealed class Endpoint(EndpointEntry entry, OpenConnections open, TimeProvider time)
{
    // More than this many idle connections are not kept; a burst opens new ones.
    private const int MaxIdle = 512;

    private readonly IPEndPoint address = IPEndPoint.Parse(entry.Address);
    private readonly Lock gate = new();
    private readonly List<UpstreamConnection> idle = [];
    private bool retired;
    private int inFlight;

    internal EndpointEntry Entry => entry;

    internal IPEndPoint Address => address;

    internal EndpointHealth Health { get; } = new(time);

    /// <summary>How many requests it has right now, those that connect included.</summary>
    internal int InFlight => Volatile.Read(ref inFlight);

    /// <summary>The value of the Host header.</summary>
    internal byte[] Host { get; } = Encoding.ASCII.GetBytes(IPEndPoint.Parse(entry.Address).ToString());

    /// <summary>Counts a request in; each is counted out by <see cref="Leave"/>.</summary>
    internal void Enter() => Interlocked.Increment(ref inFlight);

    internal void Leave() => Interlocked.Decrement(ref inFlight);

    /// <summary>An idle connection that still stands; null when there is none.</summary>
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

    /// <summary>A new connection that is not yet connected.</summary>
    internal UpstreamConnection Create() => new(address.AddressFamily, open);

    /// <summary>Puts a connection back whose answer was read to its end.</summary>
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

    /// <summary>Closes connections that were put back before <paramref name="then"/>.</summary>
    internal void CloseIdleSince(long then)
    {
        UpstreamConnection[] old;
        lock (gate)
        {
            // The oldest lie at the front.
            var count = idle.FindIndex(connection => connection.IdleSince >= then) is var i and >= 0 ? i : idle.Count;
            if (count == 0)
                return;
            old = [.. idle[..count]];
            idle.RemoveRange(0, count);
        }

        foreach (var connection in old)
            connection.Dispose();
    }

    /// <summary>Says that the endpoint is in no table any more: idle connections close now, others once their answer is read.</summary>
    internal void Retire()
    {
        lock (gate)
            retired = true;
        CloseIdleSince(long.MaxValue);
    }
}
