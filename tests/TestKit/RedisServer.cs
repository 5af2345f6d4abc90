using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ModelServing.TestKit;

/// <summary>Debian's redis-server on a free port of this machine, with a password and nothing on disk. A test may kill it and restart it,
/// empty, at the same address.</summary>
public sealed class RedisServer : IAsyncDisposable
{
    /// <summary>The reason for a skipped test, with the command that installs the program.</summary>
    public const string Missing =
        "redis-server is not installed: sudo apt-get install -y --no-install-recommends redis-server "
        + "(this also starts a service; stop it with sudo systemctl disable --now redis-server)";

    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(2);

    private readonly TemporaryFolder folder = new();
    private readonly string[] options;
    private Process? process;

    private RedisServer(string? password, string[] options)
    {
        Password = password ?? Guid.NewGuid().ToString("N");
        this.options = options;
    }

    public static bool IsInstalled => Program is not null;

    public IPEndPoint Address { get; } = RawServer.NobodyThere();

    public string Password { get; }

    private static string? Program { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Select(static folder => Path.Combine(folder, "redis-server"))
        .FirstOrDefault(File.Exists);

    /// <summary>Starts a server and waits until it answers.</summary>
    public static Task<RedisServer> StartAsync() => StartAsync(password: null);

    /// <summary>Starts a server with further options and waits until it answers.</summary>
    internal static async Task<RedisServer> StartAsync(string? password, params string[] options)
    {
        var server = new RedisServer(password, options);
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

    /// <summary>Kills the server as kill -9 does.</summary>
    public async Task KillAsync()
    {
        if (process is null)
            return;
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        process = null;
    }

    /// <summary>Starts the server at its address and waits until it answers.</summary>
    public async Task RestartAsync()
    {
        await KillAsync();
        process = Process.Start(new ProcessStartInfo(
            Program ?? throw new InvalidOperationException(Missing),
            [
                "--bind", $"{Address.Address}",
                "--port", $"{Address.Port}",
                "--requirepass", Password,
                "--save", "",
                "--appendonly", "no",
                "--dir", folder.FullPath,
                "--logfile", folder.Combine("log"),
                "--daemonize", "no",
                .. options,
            ]))!;
        using var timeout = new CancellationTokenSource(StartTimeout);
        while (!await AnswersAsync(timeout.Token))
        {
            if (process.HasExited)
                throw new IOException($"redis-server ended: {await File.ReadAllTextAsync(folder.Combine("log"), CancellationToken.None)}");
            await Task.Delay(10, timeout.Token);
        }
    }

    /// <summary>Sends a command whose words are separated by blanks, and returns the beginning of the answer.</summary>
    public Task<string> SendAsync(string command, CancellationToken cancellation) =>
        SendAsync(Address, Password, command, cancellation);

    /// <summary>Sends such a command to any server, and returns the beginning of the answer.</summary>
    public static async Task<string> SendAsync(IPEndPoint address, string password, string command, CancellationToken cancellation)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(address, cancellation);
        var stream = client.GetStream();
        foreach (var line in (string[])[$"AUTH {password}", command])
        {
            // As an array: Garnet does not answer a command that is only a line.
            var words = line.Split(' ');
            var sent = string.Concat(words.Select(static word => $"${word.Length}\r\n{word}\r\n"));
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"*{words.Length}\r\n{sent}"), cancellation);
            var answer = new byte[4096];
            var length = await stream.ReadAsync(answer, cancellation);
            if (line == command)
                return Encoding.ASCII.GetString(answer, 0, length);
        }

        return "";
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
