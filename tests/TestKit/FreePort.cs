using System.Net;
using System.Net.Sockets;

namespace ModelServing.TestKit;

/// <summary>Ports of loopback for programs that are started a moment later.</summary>
public static class FreePort
{
    // Below the ports that the system gives to connections, so that none takes it meanwhile.
    private const int First = 20_000;
    private const int Last = 32_000;

    /// <summary>Finds a port on which nothing listens.</summary>
    public static int Find()
    {
        while (true)
        {
            var port = Random.Shared.Next(First, Last);
            using var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Another program has it.
            }
        }
    }
}
