using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ModelServing.Bench;

/// <summary>A server that runs as a child process while it is measured.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly Func<Process, Task> stop;
    private readonly Task<string> output;

    private ServerProcess(string name, Process process, Func<Process, Task> stop)
    {
        Name = name;
        this.process = process;
        this.stop = stop;
        output = ReadAsync(process);
    }

    internal string Name { get; }

    internal int Id => process.Id;

    internal bool HasExited => process.HasExited;

    /// <summary>Starts a server and waits until it accepts connections on <paramref name="port"/>.</summary>
    internal static async Task<ServerProcess> StartAsync(
        string name, ProcessStartInfo start, int port, Func<Process, Task> stop, CancellationToken cancellation)
    {
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        var server = new ServerProcess(name, Start(name, start), stop);
        try
        {
            for (var attempt = 0; !await AcceptsConnectionsAsync(port, cancellation); attempt++)
            {
                if (server.process.HasExited)
                    throw new BenchException($"{name} ended at its start; its output: {await server.output}");
                if (attempt > 300)
                    throw new BenchException($"{name} does not accept connections on port {port}");
                await Task.Delay(50, cancellation);
            }

            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Fails if the server has ended by itself.</summary>
    internal async Task CheckAsync()
    {
        if (process.HasExited)
            throw new BenchException($"{Name} ended with exit code {process.ExitCode}; its output: {await output}");
    }

    /// <summary>Returns what the server printed, once it has ended.</summary>
    internal Task<string> OutputAsync() => output;

    /// <summary>Returns the processor time that the server and its workers have used.</summary>
    internal TimeSpan ProcessorTime()
    {
        var own = process.Id;
        return TimeOf(own) + Directory.GetDirectories("/proc")
            .Select(static folder => int.TryParse(Path.GetFileName(folder), out var id) ? id : 0)
            .Where(id => id != 0 && ParentOf(id) == own)
            .Aggregate(TimeSpan.Zero, static (sum, id) => sum + TimeOf(id));

        static TimeSpan TimeOf(int id)
        {
            using var one = Process.GetProcessById(id);
            return one.TotalProcessorTime;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
            await stop(process);
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        try
        {
            await process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
        }

        process.Dispose();
    }

    private static int ParentOf(int id)
    {
        try
        {
            // The format is "id (name) state parent ...". The name may contain any characters.
            var stat = File.ReadAllText($"/proc/{id}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return int.Parse(fields[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private static Process Start(string name, ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start) ?? throw new BenchException($"{name} can't be started");
        }
        catch (Win32Exception e)
        {
            throw new BenchException($"{name} can't be started: {e.Message}");
        }
    }

    private static async Task<bool> AcceptsConnectionsAsync(int port, CancellationToken cancellation)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), cancellation);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static async Task<string> ReadAsync(Process process) =>
        string.Concat(await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync())).Trim();
}
