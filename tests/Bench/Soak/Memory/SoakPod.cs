using System.Diagnostics;
using System.Globalization;
using ModelServing.Contracts;
using ModelServing.TestKit;

namespace ModelServing.Bench.Soak.Memory;

/// <summary>A host in a memory cgroup of a pod's size, and with a pod's environment. Without cgroups, the runtime's heap is limited as in a
/// container, and the process's own pages are watched.</summary>
internal sealed class SoakPod : IAsyncDisposable
{
    private const double HeapShare = 0.75;

    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(5);

    private readonly ServerProcess process;
    private readonly MemoryCgroup? cgroup;
    private readonly long limit;
    private readonly CancellationTokenSource stopping = new();
    private readonly Task watching;
    private long peak;
    private bool isStopped;

    private SoakPod(ServerProcess process, MemoryCgroup? cgroup, long limit, int port)
    {
        this.process = process;
        this.cgroup = cgroup;
        this.limit = limit;
        Port = port;
        watching = Task.Run(WatchAsync);
    }

    internal string Name => process.Name;

    internal int Port { get; }

    internal Uri Address => new($"http://127.0.0.1:{Port}");

    /// <summary>The bytes of the process's own pages (not of files) now.</summary>
    internal long Used => OwnPages(process.Id);

    /// <summary>Starts a host.</summary>
    /// <param name="program">The program's folder in artifacts.</param>
    /// <param name="name">The pod's name.</param>
    /// <param name="settings">The host's settings, given its port.</param>
    /// <param name="bytes">The memory limit.</param>
    /// <param name="handles">The limit of file handles; null for this process's.</param>
    /// <param name="cancellation">Ends the wait.</param>
    internal static async Task<SoakPod> StartAsync(
        string program, string name, Func<int, HostSettings> settings, long bytes, int? handles, CancellationToken cancellation)
    {
        var port = FreePort.Find();
        var cgroup = MemoryCgroup.TryCreate(name, bytes, out _);
        var host = Repository.Combine($"artifacts/bin/{program}/release/ModelServing.{program}");
        var limitHandles = handles is { } most ? string.Create(CultureInfo.InvariantCulture, $"ulimit -n {most}; ") : "";
        var enter = cgroup is null ? "" : $"echo $$ > '{cgroup.Entry}'; ";
        var start = new ProcessStartInfo("/bin/sh", ["-c", $"{enter}{limitHandles}exec '{host}'"]);
        foreach (var (variable, value) in settings(port).ToEnvironment())
            start.Environment[variable] = value;
        if (cgroup is null)
            start.Environment["DOTNET_GCHeapHardLimit"] = ((long)(bytes * HeapShare)).ToString("x", CultureInfo.InvariantCulture);
        try
        {
            var process = await ServerProcess.StartAsync(name, start, port, Routing.Proxies.CloseInputAsync, cancellation);
            var pod = new SoakPod(process, cgroup, bytes, port);
            await Routing.Proxies.ReadyAsync(port, cancellation);
            return pod;
        }
        catch
        {
            cgroup?.Dispose();
            throw;
        }
    }

    /// <summary>Returns the largest number of bytes that its own pages had since the last call.</summary>
    internal long TakePeak() => Interlocked.Exchange(ref peak, 0);

    /// <summary>Returns why the pod did not survive; null if it did.</summary>
    internal string? Fault()
    {
        if (process.HasExited)
            return $"{Name} ended";
        if (cgroup is { Kills: > 0 })
            return $"{Name} was killed by its cgroup";
        return cgroup is null && Used > limit ? $"{Name} uses {Used} bytes, more than its {limit}" : null;
    }

    /// <summary>Stops the process, and returns why its end or its log shows a fault; null if neither does.</summary>
    internal async Task<string?> StopAsync()
    {
        var fault = Fault();
        await EndAsync();
        var output = await process.OutputAsync();
        return fault is not null ? $"{fault}; its last words: {output[Math.Max(0, output.Length - 2000)..]}"
            : output.Contains("OutOfMemory", StringComparison.Ordinal) ? $"{Name} had an OutOfMemoryException"
            : null;
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        stopping.Dispose();
        cgroup?.Dispose();
    }

    private async Task EndAsync()
    {
        if (isStopped)
            return;
        isStopped = true;
        await stopping.CancelAsync();
        await watching;
        await process.DisposeAsync();
    }

    private async Task WatchAsync()
    {
        while (!stopping.IsCancellationRequested)
        {
            var now = Used;
            if (now > Volatile.Read(ref peak))
                Volatile.Write(ref peak, now);
            await Task.Delay(Period, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static long OwnPages(int id)
    {
        try
        {
            var line = File.ReadLines($"/proc/{id}/status")
                .FirstOrDefault(static line => line.StartsWith("RssAnon:", StringComparison.Ordinal));
            return line is null ? 0
                : long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }
}
