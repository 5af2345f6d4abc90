using System.Net;
using System.Net.Sockets;
using Garnet;
using ModelServing.Contracts;

namespace ModelServing.Cli.Up;

/// <summary>The cache of this machine: Garnet in this process, on a loopback port of its own, with a password of its own. It is empty at
/// each start, as a cache may be.</summary>
internal sealed class HostedCache : IDisposable
{
    private const int Attempts = 5;

    private readonly GarnetServer server;

    private HostedCache(GarnetServer server, CacheSettings settings)
    {
        this.server = server;
        Settings = settings;
    }

    /// <summary>How it is asked.</summary>
    internal CacheSettings Settings { get; }

    /// <summary>Starts one.</summary>
    /// <exception cref="HostFailedException">No port of the loopback address can be had.</exception>
    internal static HostedCache Start()
    {
        var password = ApiKey.Make();
        for (var attempt = 1; ; attempt++)
        {
            // Garnet does not say which free port it took, so one is found for it, which another may take first.
            var port = FreePort();
            GarnetServer? server = null;
            try
            {
                server = new GarnetServer([
                    "--bind", $"{IPAddress.Loopback}", "--port", $"{port}", "--auth", "Password", "--password", password,
                    "--memory", "64m", "--page", "1m", "--segment", "64m", "--index", "1m"]);
                server.Start();
                return new HostedCache(server, new CacheSettings { Addresses = [$"{IPAddress.Loopback}:{port}"], Password = password });
            }
            catch (SocketException e)
            {
                server?.Dispose();
                if (attempt == Attempts)
                    throw new HostFailedException($"the cache can't listen on {IPAddress.Loopback}: {e.Message}");
            }
        }
    }

    public void Dispose() => server.Dispose();

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
