using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ModelServing.TestKit;

/// <summary>Debian's redis-server on a free port of this machine, with a password and nothing on disk. It can be killed and come back at
/// the same address, empty.</summary>
public sealed class RedisServer : IAsyncDisposable
{
    /// <summary>The command that brings what a test is skipped without.</summary>
    public const string Missing = "redis-server is not installed: sudo apt-get install -y --no-install-recommends redis-server (it brings a service; sudo systemctl disable --now redis-server ends that)";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly TemporaryFolder folder = new();
    private Process? process;

    private RedisServer()
    {
    }

    /// <summary>Whether one can be started.</summary>
    public static bool IsInstalled => Program is not null;

    /// <summary>Where it answers, <c>127.0.0.1:PORT</c>.</summary>
    public IPEndPoint Address { get; } = RawServer.NobodyThere();

    /// <summary>What it wants to be told first.</summary>
    public string Password { get; } = Guid.NewGuid().ToString("N");

    private static string? Program { get; } =
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(static folder => Path.Combine(folder, "redis-server")).FirstOrDefault(File.Exists);

    /// <summary>Starts one; it answers when the task ends.</summary>
    public static async Task<RedisServer> StartAsync()
    {
        var server = new RedisServer();
        try
        {
            await server.RestartAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends it as kill -9 does.</summary>
    public async Task KillAsync()
    {
        if (process is null)
            return;
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        process = null;
    }

    /// <summary>Starts it at its address; it answers when the task ends.</summary>
    public async Task RestartAsync()
    {
        await KillAsync();
        process = Process.Start(new ProcessStartInfo(
            Program ?? throw new InvalidOperationException(Missing),
            ["--bind", $"{Address.Address}", "--port", $"{Address.Port}", "--requirepass", Password, "--save", "", "--appendonly", "no", "--dir", folder.FullPath, "--logfile", folder.Combine("log"), "--daemonize", "no"]))!;
        using var patience = new CancellationTokenSource(Patience);
        while (!await AnswersAsync(patience.Token))
        {
            if (process.HasExited)
                throw new IOException($"redis-server ended: {await File.ReadAllTextAsync(folder.Combine("log"), CancellationToken.None)}");
            await Task.Delay(10, patience.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        folder.Dispose();
    }

    private async Task<bool> AnswersAsync(CancellationToken cancellation)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(Address, cancellation);
            await client.GetStream().WriteAsync("PING\r\n"u8.ToArray(), cancellation);
            var answer = new byte[64];
            var length = await client.GetStream().ReadAsync(answer, cancellation);
            return Encoding.ASCII.GetString(answer, 0, length).Contains("NOAUTH", StringComparison.Ordinal);
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return false;
        }
    }
}
