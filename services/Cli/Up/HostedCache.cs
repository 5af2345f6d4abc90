using System.Net;
using System.Net.Sockets;
using Garnet;
using ModelServing.Contracts;
using ModelServing.Contracts.Reliability;

namespace ModelServing.Cli.Up;

/// <summary>The cache on this machine: Garnet in this process, with its own loopback port and password. It is empty at each start, as a
/// cache may be.</summary>
internal sealed class HostedCache : IDisposable
{
    private const int Attempts = 5;

    private readonly GarnetServer server;

    private HostedCache(GarnetServer server, CacheSettings settings)
    {
        this.server = server;
        Settings = settings;
    }

    /// <summary>The settings for connecting to it.</summary>
    internal CacheSettings Settings { get; }

    /// <param name="folder">The folder for what does not fit into memory. It is emptied first.</param>
    /// <exception cref="HostFailedException">No port of the loopback address is available.</exception>
    internal static HostedCache Start(string folder)
    {
        var password = ApiKey.Make();
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        PrivateFiles.CreateFolder(folder);
        for (var attempt = 1; ; attempt++)
        {
            // Garnet does not report the free port that it takes, so look for one. Another process may take it first.
            var port = FreePort();
            GarnetServer? server = null;
            try
            {
                server = new GarnetServer([
                    "--bind", $"{IPAddress.Loopback}", "--port", $"{port}", "--auth", "Password", "--password", password,
                    "--memory", "64m", "--page", "1m", "--segment", "64m", "--index", "1m",
                    // Without it, Garnet drops the oldest values once its memory is full, and no reader of features could tell.
                    "--storage-tier", "--logdir", folder, "--device-type", "RandomAccess",
                    // Without it Garnet prints a banner to standard output.
                    "-q"]);
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
