using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ModelServing.TestKit;

/// <summary>A TCP server on a loopback port that passes each connection to a test's code.</summary>
public sealed class RawServer : IAsyncDisposable
{
    // Bound, but they do not listen: a connection is refused, and the system gives the port to no other program.
    private static readonly ConcurrentBag<Socket> Reserved = [];

    private readonly Socket listener;
    private readonly ConcurrentDictionary<RawConnection, bool> open = new();
    private readonly Func<RawConnection, int, Task> serve;
    private readonly Task accepting;
    private int accepted;
    private volatile bool stopped;

    /// <summary>Starts a server.</summary>
    /// <param name="serve">Gets each connection and its number, from 0. The connection is closed when it returns or throws.</param>
    /// <param name="port">The port; 0 means a free one.</param>
    /// <param name="address">The loopback address; IPv4's by default.</param>
    public RawServer(Func<RawConnection, int, Task> serve, int port = 0, IPAddress? address = null)
    {
        this.serve = serve;
        address ??= IPAddress.Loopback;
        listener = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(address, port));
        listener.Listen(512);
        Address = (IPEndPoint)listener.LocalEndPoint!;
        accepting = AcceptAsync();
    }

    public RawServer(Func<RawConnection, Task> serve, int port = 0, IPAddress? address = null)
        : this((connection, _) => serve(connection), port, address)
    {
    }

    public IPEndPoint Address { get; }

    /// <summary>How many connections were accepted so far.</summary>
    public int Accepted => Volatile.Read(ref accepted);

    /// <summary>How many connections are open.</summary>
    public int Open => open.Count;

    /// <summary>Starts a server that reads each request and sends the answer that <paramref name="answer"/> returns.</summary>
    public static RawServer Answering(Func<RawMessage, string> answer, int port = 0, IPAddress? address = null) => new(
        async connection =>
        {
            while (await connection.ReadMessageAsync() is { } request)
                await connection.SendAsync(answer(request));
        },
        port,
        address);

    /// <summary>Starts a server that answers each request with <paramref name="body"/>.</summary>
    public static RawServer Saying(string body, int port = 0, IPAddress? address = null) => Answering(_ => Ok(body), port, address);

    /// <summary>Returns a 200 answer with a JSON body.</summary>
    public static string Ok(string body) =>
        $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}";

    /// <summary>Returns a loopback port on which no program listens. It stays reserved while this process runs, so no other test gets it; a
    /// server that is given this address may listen there.</summary>
    public static IPEndPoint NobodyThere()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Reserved.Add(socket);
        return (IPEndPoint)socket.LocalEndPoint!;
    }

    /// <summary>Stops as a killed process does: closes the listener and resets every connection.</summary>
    public void Kill()
    {
        stopped = true;
        listener.Dispose();
        foreach (var (connection, _) in open)
        {
            try
            {
                connection.Reset();
            }
            catch (ObjectDisposedException)
            {
                // The connection ended by itself at this moment.
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        Kill();
        await accepting;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(new RawConnection(await listener.AcceptAsync()), Interlocked.Increment(ref accepted) - 1);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The listener is closed.
        }
    }

    private async Task ServeAsync(RawConnection connection, int number)
    {
        open[connection] = true;
        if (stopped)
            connection.Reset();
        try
        {
            await serve(connection, number);
        }
        catch (Exception e) when (e is IOException
            or SocketException
            or ObjectDisposedException
            or TimeoutException
            or InvalidDataException)
        {
            // The other side left, or the test is over. The test asserts on what the other side saw.
        }
        finally
        {
            open.TryRemove(connection, out _);
            connection.Dispose();
        }
    }
}
